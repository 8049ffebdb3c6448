/** Where items are until they are delivered. */
import type { Item } from './values.js';

/** An item, and the file that keeps it should the process end; "" where nothing does. */
export interface Kept {
  readonly item: Item;
  path: string;
}

/** Of one destination. No method throws; each is done when it returns. */
export interface Store {
  /** Takes it over for this process to deliver; `synced` also outlives the machine. */
  keep(item: Item, synced: boolean): Kept;
  /** These are delivered, or never will be. */
  settled(kept: readonly Kept[]): void;
  /** Leaves these to a later try, by this process or another. Answers those that nothing keeps. */
  later(kept: readonly Kept[]): Kept[];
  /** Up to `most` that were left to a later try, the oldest first, of those whose names come after `after`. */
  take(most: number, after: string): { kept: Kept[]; last: string };
  /** Gives back what dead processes had, and keeps within bounds. */
  tidy(): void;
  /** How many there was no room for since this was last asked. */
  takeDropped(): number;
}

/** Where there is no disk. */
export class Memory implements Store {
  keep(item: Item): Kept {
    return { item, path: '' };
  }

  settled(): void {
    // Nothing was kept.
  }

  later(kept: readonly Kept[]): Kept[] {
    return [...kept];
  }

  take(): { kept: Kept[]; last: string } {
    return { kept: [], last: '' };
  }

  tidy(): void {
    // Nothing was kept.
  }

  takeDropped(): number {
    return 0;
  }
}
