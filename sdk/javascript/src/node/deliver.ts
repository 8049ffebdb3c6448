/** The program of the child that an ending process waits for: what is in the spool is delivered, in time. */
import { readFileSync } from 'node:fs';
import type { Options } from '../options.js';
import { Sender } from '../sender.js';
import { state } from '../state.js';
import { setDebug, warn, why } from '../warn.js';
import type { Order } from './exit.js';
import { platform } from './platform.js';
import { Spool } from './spool.js';
import { makeTransport } from './transports.js';

/** For the end: what is not delivered is given back. Of the time that is given. */
const SPARE = 0.1;

async function deliver({ options, folder, seconds, said }: Order): Promise<void> {
  state.platform = platform;
  said.forEach((each) => state.said.add(each));
  setDebug(options.debug ?? false);
  // What Node needs to start is part of the time.
  const deadline = seconds * 1_000 * (1 - SPARE);
  const spool = new Spool(folder, warn);
  const sender = new Sender(() => makeTransport(options as Options, folder, warn), spool, warn);
  sender.hurry(deadline);
  await sender.drain(deadline);
  await sender.close(deadline);
}

try {
  void deliver(JSON.parse(readFileSync(0, 'utf8')) as Order).finally(() => process.exit(0));
} catch (error) {
  warn(`nothing is delivered at the end of the process, for ${why(error)}`);
}
