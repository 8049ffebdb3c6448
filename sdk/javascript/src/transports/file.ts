/** T3, `file`: one file an item, for local use. */
import { makePrivate, nameOf, reason, write } from '../node/files.js';
import type { Item, Outcome } from '../values.js';
import type { Warn } from '../warn.js';
import { written } from '../wire.js';
import { Nowhere } from './none.js';

/** Writes into one folder, which it makes. */
export class File extends Nowhere {
  constructor(
    private readonly folder: string,
    private readonly warn: Warn,
  ) {
    super();
  }

  override sendNow(batch: readonly Item[]): Outcome[] {
    return batch.map((item) => this.written(item));
  }

  private written(item: Item): Outcome {
    try {
      makePrivate(this.folder);
      write(this.folder, nameOf(this.folder, item), written(item), true);
      return 'delivered';
    } catch (error) {
      this.warn(
        `reports cannot be written to ${this.folder} (${reason(error)}); they are kept and tried again. Give the ` +
          'option `folder` one that belongs to this user and has room.',
        'file',
      );
      return 'later';
    }
  }
}
