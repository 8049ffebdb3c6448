/** D9: the one issue about errors that got none of their own. */
import { block, marker } from '../../block.js';
import { iso } from '../../clock.js';
import { steady } from '../../originals.js';
import { OVERFLOW } from '../../suppress.js';
import { together, type Group, type Times } from './group.js';

export const TITLE = '[Splat] More errors than issues';
const EVERY = 3_600_000;
const MOST_SIGNATURES = 1_000;
const TEXT =
  'More kinds of errors came up within an hour than Splat files issues for: 10 a process, 20 a repository. Those ' +
  'that are counted here have no issue of their own. Fix the others first: many may have one cause. When this one ' +
  'is closed as not planned, Splat leaves it alone.';

/** What was held back and is not told yet. */
export class Summary {
  private held: Times | null = null;
  private readonly signatures = new Set<string>();
  private toldAt = -Infinity;

  /** Whether the hour since it was last told is over. */
  get due(): boolean {
    return steady() - this.toldAt >= EVERY;
  }

  /** Whether anything is held. */
  get owes(): boolean {
    return this.held !== null;
  }

  /** Count these here. */
  hold(group: Group): void {
    for (const each of group.times) this.held = this.held ? together(each, this.held) : each;
    if (this.signatures.size < MOST_SIGNATURES) this.signatures.add(group.signature);
  }

  /** Whether errors of this kind were held before. */
  holds(signature: string): boolean {
    return this.signatures.has(signature);
  }

  /** All there is to tell, the items of `overflow` among it; null when that is nothing. */
  group(overflow: Group | undefined): Group | null {
    const held = this.held ? [{ ...this.held, release: '' }] : [];
    const times = [...held, ...(overflow?.times ?? [])];
    const places = overflow?.places ?? [];
    return times.length ? { signature: OVERFLOW, report: null, times, beside: [], places } : null;
  }

  /** It went out. */
  told(): void {
    this.held = null;
    this.toldAt = steady();
  }

  /** What is held, for someone else to tell. */
  take(): Times | null {
    const { held } = this;
    this.held = null;
    return held;
  }
}

/** The text of the issue. A count alone is told, nothing of the errors. */
export function summaryBody({ times }: Group): string {
  const seen = times.reduce((sum, each) => sum + each.seen, 0);
  const first = Math.min(...times.map((each) => each.first));
  const last = Math.max(...times.map((each) => each.last));
  return `${marker(OVERFLOW)}\n${block(seen, iso(first), iso(last), [])}\n\n${TEXT}`;
}
