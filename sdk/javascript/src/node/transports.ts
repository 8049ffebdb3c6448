/** Where items go in Node; only what is used is loaded. */
import type { Options } from '../options.js';
import { Console } from '../transports/console.js';
import { File } from '../transports/file.js';
import { Nowhere } from '../transports/none.js';
import type { Item, Outcome, Transport } from '../values.js';
import type { Warn } from '../warn.js';

/** The transport that the options name; `folder` is its folder of the spool. */
export function makeTransport(options: Options, folder: string, warn: Warn): Transport {
  if (typeof options.transport !== 'string') return options.transport;
  if (options.transport === 'github') {
    const { GitHub } = require('../transports/github.js') as typeof import('../transports/github.js');
    return new GitHub(options, folder, warn);
  }
  if (options.transport === 'http') {
    const { Collector } = require('../transports/collector.js') as typeof import('../transports/collector.js');
    return new Collector(options.url, warn);
  }
  return immediate(options, warn) ?? new Nowhere();
}

/** The transport, where it is one that is done at once. */
export function immediate(options: Options, warn: Warn): (Transport & { sendNow(batch: readonly Item[]): Outcome[] }) | undefined {
  if (options.transport === 'file') return new File(options.folder, warn);
  return options.transport === 'console' ? new Console() : undefined;
}
