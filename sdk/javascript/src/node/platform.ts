/** Node: random bytes, stderr and the loop. */
import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { basename, dirname, sep } from 'node:path';
import type { Platform } from '../state.js';

/** In a bundle this file is among the app's own. */
const ours = basename(__dirname) === 'node' && basename(dirname(__dirname)) === 'cjs' ? dirname(__dirname) : undefined;

export const platform: Platform = {
  id: () => randomBytes(16).toString('hex'),
  ours: ours && ours + sep,
  // Not by the stream: one whose reader is gone would answer with an error event that ends the app.
  say: (line) => void writeSync(2, `${line}\n`),
  soon: (work) => void setImmediate(work),
};
