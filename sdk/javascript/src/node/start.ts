/** `init` in Node. */
import { Client } from '../client.js';
import { read } from '../options.js';
import { Reporter } from '../report.js';
import { state } from '../state.js';
import { debug, setDebug, warn } from '../warn.js';
import { Worker } from '../worker.js';
import { watchEnd } from './exit.js';
import { folderOf, waitsIn } from './folder.js';
import { watch } from './hooks.js';
import { platform } from './platform.js';
import { NodeSight } from './sight.js';
import { Spool } from './spool.js';
import { surroundings } from './surroundings.js';
import { immediate, makeTransport } from './transports.js';

/** Starts capturing; what was before is closed. */
export function start(given: unknown): void {
  state.platform = platform;
  if (process.env.SPLAT_DELIVERER) return; // whatever it is, it was started to deliver
  const options = read(given, surroundings);
  setDebug(options.debug);
  stop(options.shutdownTimeout).catch(() => undefined);
  if (!options.enabled || options.transport === 'none') return;
  // A server may start as one user and go on as another: it is looked for when the first error comes.
  let folder = '';
  const place = (): string => (folder ||= folderOf(options));
  const sight = new NodeSight();
  const now = immediate(options, warn);
  const worker = new Worker(options, () => ({
    reporter: new Reporter(options, sight, warn),
    store: new Spool(place(), warn),
    makeTransport: () => makeTransport(options, place(), warn),
    sendNow: now && ((batch) => now.sendNow(batch)),
  }));
  if (!now && typeof options.transport === 'string') require('../http/wires.js');
  const client = new Client(options, worker, sight);
  const unend = watchEnd(worker, options, place);
  const unwatch = watch(options.integrations);
  state.client = client;
  state.unhook = unwatch;
  state.unend = unend;
  if (waitsIn(folderOf(options))) worker.pickUp();
  debug('started');
}

/** Captures nothing more, and delivers what can be in so many seconds. */
export async function stop(seconds: number): Promise<void> {
  const { client, unhook, unend } = state;
  state.client = state.unhook = state.unend = undefined;
  unhook?.();
  try {
    await client?.close(seconds);
  } finally {
    // Until then, the end of the process must find what is still under way.
    unend?.();
  }
}
