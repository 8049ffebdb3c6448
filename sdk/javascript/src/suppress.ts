/** Q: of each bug one report at once, then only how often it was seen. */
import type { Count } from './values.js';

/** Milliseconds, as all times here. */
const FIRST_STEP = 60_000;
const LONGEST_STEP = 3_600_000;
const FORGOTTEN_AFTER = 3_600_000;
const WINDOW = 60_000;
const REPORTS_A_WINDOW = 60;
const MOST_KNOWN = 1_000;
/** What stands for a signature where many were counted into one (D9). */
export const OVERFLOW = '0'.repeat(16);

/** What goes out now: `counts` first, then the error itself when `report`. */
export interface Answer {
  readonly report: boolean;
  readonly counts: readonly Count[];
}

const SUPPRESSED: Answer = { report: false, counts: [] };

/** Errors that were counted and not sent; times of the wall clock. */
interface Tally {
  pending: number;
  first: number;
  last: number;
}

/** What is kept of one signature (Q1). */
interface Known extends Tally {
  /** The last time at all. */
  seen: number;
  step: number;
  due: number;
}

/**
 * Decides for each error whether it goes out, and counts those that do not. One a process. `now` is a reading of a clock
 * that never goes back, `wall` the time since the epoch.
 */
export class Keeper {
  private readonly known = new Map<string, Known>();
  private readonly overflow: Tally = { pending: 0, first: 0, last: 0 };
  private windowOpened: number | null = null;
  private reportsInWindow = 0;

  /** `release` goes into each count. */
  constructor(private readonly release = '') {}

  /** An error came (Q2). */
  error(signature: string, now: number, wall: number): Answer {
    const known = this.known.get(signature);
    if (!known || isForgotten(known, now)) return this.unknown(signature, now, wall);
    add(known, wall);
    known.seen = now;
    return now < known.due ? SUPPRESSED : { report: false, counts: [this.flush(signature, known, now)] };
  }

  /** Adds a count of another process's to what is pending. Whether its signature is known here. */
  add({ signature, seen, first, last }: Count, now: number): boolean {
    const known = this.known.get(signature);
    if (!known) return false;
    known.first = known.pending ? Math.min(known.first, first) : first;
    known.last = known.pending ? Math.max(known.last, last) : last;
    known.pending += seen;
    known.seen = now;
    return true;
  }

  /** What is due (Q4), to be sent in this order. At least every 5 seconds. */
  tick(now: number): Count[] {
    const counts: Count[] = [];
    for (const [signature, known] of this.known) {
      if (isForgotten(known, now)) this.known.delete(signature);
      else if (known.pending && now >= known.due) counts.push(this.flush(signature, known, now));
    }
    return this.isWindowOver(now) ? [...counts, ...this.take(OVERFLOW, this.overflow)] : counts;
  }

  /** All that is pending (Q7). The keeper can go on afterwards. */
  close(): Count[] {
    const counts = this.waiting();
    for (const known of this.known.values()) known.pending = 0;
    this.overflow.pending = 0;
    return counts;
  }

  /** What is pending, as `close` would send it. It stays pending. */
  waiting(): Count[] {
    return [...this.known, [OVERFLOW, this.overflow] as const].flatMap(([signature, tally]) =>
      this.counted(signature, tally),
    );
  }

  private unknown(signature: string, now: number, wall: number): Answer {
    this.known.delete(signature);
    const counts: Count[] = [];
    if (this.windowOpened === null || this.isWindowOver(now)) {
      this.windowOpened = now;
      this.reportsInWindow = 0;
      counts.push(...this.take(OVERFLOW, this.overflow));
    }
    if (this.reportsInWindow >= REPORTS_A_WINDOW) {
      add(this.overflow, wall);
      return SUPPRESSED;
    }
    this.reportsInWindow += 1;
    if (this.known.size >= MOST_KNOWN) counts.push(...this.pushOut());
    this.known.set(signature, { pending: 0, first: 0, last: 0, seen: now, step: FIRST_STEP, due: now + FIRST_STEP });
    return { report: true, counts };
  }

  private isWindowOver(now: number): boolean {
    return this.windowOpened !== null && now - this.windowOpened >= WINDOW;
  }

  /** Q3. */
  private flush(signature: string, known: Known, now: number): Count {
    known.step = Math.min(known.step * 2, LONGEST_STEP);
    known.due = now + known.step;
    return this.take(signature, known)[0] as Count;
  }

  /** Q6. Of several as old, the one that was known first: a Map goes by that. */
  private pushOut(): Count[] {
    let oldest: [string, Known] | undefined;
    for (const entry of this.known) {
      if (!oldest || entry[1].seen < oldest[1].seen) oldest = entry;
    }
    const [signature, known] = oldest as [string, Known];
    this.known.delete(signature);
    return this.take(signature, known);
  }

  private take(signature: string, tally: Tally): Count[] {
    const counts = this.counted(signature, tally);
    tally.pending = 0;
    return counts;
  }

  private counted(signature: string, { pending, first, last }: Tally): Count[] {
    return pending ? [{ signature, seen: pending, first, last, release: this.release }] : [];
  }
}

function isForgotten(known: Known, now: number): boolean {
  return !known.pending && now - known.seen >= FORGOTTEN_AFTER;
}

function add(tally: Tally, wall: number): void {
  if (!tally.pending) tally.first = wall;
  tally.pending += 1;
  tally.last = wall;
}
