/**
 * The request that is being answered, for every framework on Node's own HTTP server. Node tells of it on a channel,
 * before the app's first function: nothing of ours is on the stack of what answers, and so in no trace.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { describe, type Incoming } from '../integrations/request.js';
import type { Held } from '../scope.js';
import { state } from '../state.js';
import { kindOf, warn } from '../warn.js';

const begins = channel('http.server.request.start');

/** Carries scopes from now on. */
export function carry(): void {
  state.storage ??= new AsyncLocalStorage<Held>();
}

/** Sees each request from now on; `each` is told of it before the app is, for as long as it answers true. */
export function watchRequests(each?: () => boolean): void {
  carry();
  if (each) state.atRequest.add(each);
  if (state.watching) return;
  state.watching = true;
  begins.subscribe(onRequest);
}

function onRequest(message: unknown): void {
  if (!state.client) return;
  const { request } = message as { request: IncomingMessage };
  try {
    // Not `run`: that would stand on the stack of all that answers.
    (state.storage as AsyncLocalStorage<Held>).enterWith({ request: () => describeIncoming(request) });
    for (const each of state.atRequest) if (!each()) state.atRequest.delete(each);
  } catch (error) {
    warn(`requests are not seen: ${kindOf(error)}`, 'requests');
  }
}

type Routed = Incoming & { originalUrl?: unknown; body?: unknown };

/** How a framework tells the route of a request of Node's. */
const routes: ((request: never) => unknown)[] = [];

/** `routeOf` is asked for the route of requests that no framework hands over with an error. */
export function tellRoutes(routeOf: (request: never) => unknown): void {
  if (!routes.includes(routeOf)) routes.push(routeOf);
}

/** What is known of any request of Node's server; a framework leaves more on it. */
function describeIncoming(request: Routed): ReturnType<typeof describe> {
  return describe({
    method: request.method,
    target: request.originalUrl ?? request.url,
    route: routes.map((each) => each(request as never)).find((each) => typeof each === 'string' && each),
    headers: request.headers,
    body: () => request.body,
  });
}
