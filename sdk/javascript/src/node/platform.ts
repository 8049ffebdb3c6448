/** Node: random bytes, stderr and the loop. */
import { randomBytes } from 'node:crypto';
import type { Platform } from '../state.js';
import { writeSync } from './fs.js';
import { OWN } from './place.js';

/** As it was then: tests of an app put another in its place. */
const { setImmediate: inNextTurn } = globalThis;

export const platform: Platform = {
  id: () => randomBytes(16).toString('hex'),
  ours: OWN || undefined,
  // Not by the stream: one whose reader is gone would answer with an error event that ends the app.
  say: (line) => void writeSync(2, `${line}\n`),
  soon: (work) => void inNextTurn(work),
};
