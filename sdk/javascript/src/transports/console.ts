/** `console`: canonical JSON on stderr, one line an item. It is ASCII, so that no terminal acts on it. */
import { writeSync } from '../node/fs.js';
import type { Item, Outcome } from '../values.js';
import { written } from '../wire.js';
import { Nowhere } from './none.js';

/** Where stderr is closed, nothing is written. */
export class Console extends Nowhere {
  override sendNow(batch: readonly Item[]): Outcome[] {
    return batch.map((item) => this.line(`${written(item)}\n`));
  }

  private line(text: string): Outcome {
    const bytes = Buffer.from(text, 'latin1');
    try {
      for (let at = 0, tries = 0; at < bytes.length && tries < 10_000; tries += 1) at += this.part(bytes.subarray(at));
      return 'delivered';
    } catch {
      return 'never';
    }
  }

  private part(bytes: Uint8Array): number {
    try {
      return writeSync(2, bytes);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EAGAIN') throw error;
      return 0; // a pipe whose reader is slow
    }
  }
}
