/** `none`: everything counts as delivered. */
import type { Item, Outcome, Transport } from '../values.js';

/** Base of the transports that owe nothing and wait for nothing. */
export class Nowhere implements Transport {
  /** As `send`, for the end of a process: it is done when it returns. */
  sendNow(batch: readonly Item[]): Outcome[] {
    return batch.map(() => 'delivered');
  }

  send(batch: readonly Item[]): Promise<Outcome[]> {
    return Promise.resolve(this.sendNow(batch));
  }

  hurry(): void {
    // Nothing is waited for.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
