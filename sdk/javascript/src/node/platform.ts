/** Node: random bytes, stderr and the loop. */
import type { Platform } from '../state.js';
import { writeSync } from './fs.js';
import { OWN } from './place.js';

/** As it was then: tests of an app put another in its place. */
const { setImmediate: inNextTurn } = globalThis;

/** Loaded with the first error: to load it takes longer than any file of ours. It is part of Node's program, so always there. */
let randomBytes: typeof import('node:crypto').randomBytes | undefined;

function id(): string {
  randomBytes ??= (require('node:crypto') as typeof import('node:crypto')).randomBytes;
  return randomBytes(16).toString('hex');
}

export const platform: Platform = {
  id,
  ours: OWN || undefined,
  // Not by the stream: one whose reader is gone would answer with an error event that ends the app.
  say: (line) => void writeSync(2, `${line}\n`),
  soon: (work) => void inNextTurn(work),
};
