/**
 * What requests are made of, as it was when `init` was called: tests of an app put others in its place, and what this SDK
 * sends is none of the app's requests.
 */
import * as http from 'node:http';
import * as net from 'node:net';

/** Speaks HTTP over any connection that its agent makes, an encrypted one too. */
export const { request, Agent } = http;
export const { connect } = net;
export const { setImmediate: inNextTurn } = globalThis;
