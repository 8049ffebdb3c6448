/** `init` in a browser. */
import { Capturer } from '../capture.js';
import { state } from '../state.js';
import { debug, setDebug } from '../warn.js';
import { Courier } from './courier.js';
import { read } from './options.js';
import { pageOf, watch } from './page.js';
import { seen } from './stored.js';

/** Starts capturing; what was before is closed. Where there is no page (on a server that renders), nothing happens. */
export function start(given: unknown): void {
  if (typeof location === 'undefined' || typeof addEventListener === 'undefined') return;
  state.platform = {
    id: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte + 256).toString(16).slice(1)).join(''),
    say: (line) => console.warn(line),
    soon: (work) => void setTimeout(work),
  };
  const options = read(given);
  setDebug(!!options.debug);
  void stop(0);
  if (!options.enabled || options.transport === 'none') return;
  const courier = new Courier(options);
  const client = new Capturer(options, courier);
  const page = { request: pageOf };
  state.storage = { getStore: () => page, run: (_held, work) => work() };
  state.client = client;
  state.unhook = watch(options.integrations, courier);
  if (options.integrations.includes('storage')) {
    client.resume(seen());
    courier.pickUp();
  }
  debug('started');
}

/** Captures nothing more, and delivers what can be in so many seconds. */
export async function stop(seconds: number): Promise<void> {
  const { client, unhook } = state;
  state.client = state.unhook = state.storage = undefined;
  unhook?.();
  await client?.close(seconds);
}
