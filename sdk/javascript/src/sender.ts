/** Delivers what it is given, new things first; then what earlier tries and earlier processes left. */
import { clearInterval, clearTimeout, setInterval, setTimeout, steady } from './originals.js';
import type { Kept, Store } from './store.js';
import type { Item, Outcome, Transport } from './values.js';
import { why, type Warn } from './warn.js';

const BATCH = 50;
const MOST_WAITING = 100;
const TICK = 2_000;
const [FIRST_RETRY, LONGEST_RETRY] = [60_000, 900_000];
/** With less than this left before the end, nothing is begun any more. */
const WORTH_A_TRY = 50;

/** A timer that keeps no process alive. */
export function quietly(timer: unknown): void {
  (timer as { unref?: () => void }).unref?.();
}

/** Of one destination. No method throws or rejects. */
export class Sender {
  private transport: Transport | undefined;
  private readonly waiting: Kept[] = [];
  private inHands: Kept[] = [];
  /** What no disk will have, until the next try. */
  private memory: Kept[] = [];
  private running: Promise<void> | undefined;
  private ticking: unknown;
  /** When what was left is tried next; at first at once. */
  private retryAt = 0;
  private retry = FIRST_RETRY;
  /** Up to where the spool was tried: what is always `later` must not hide the rest. */
  private cursor = '';
  private postponed = 0;
  /** Refused or dropped, since `drain` told of it. */
  private lost = 0;
  private dropped = 0;
  private deadline = Infinity;
  private owes = false;
  private ended = false;

  constructor(
    private readonly makeTransport: () => Transport,
    private readonly store: Store,
    private readonly warn: Warn,
  ) {}

  /**
   * Takes over what is to be delivered. What is too much for memory stays in the spool. It waits for `start` unless it
   * `starts` by itself: what is still to be written to disk goes first.
   */
  add(kept: readonly Kept[], starts = true): void {
    if (this.ended) {
      this.store.later(kept);
      return;
    }
    this.waiting.push(...kept);
    if (this.waiting.length > MOST_WAITING) this.leave(this.waiting.splice(0, this.waiting.length - MOST_WAITING));
    if (starts) this.start();
  }

  /** Begins to deliver, unless it does. */
  start(): void {
    if (this.ended) return;
    this.running ??= this.deliverAll().finally(() => {
      this.running = undefined;
    });
    if (this.ticking === undefined) {
      this.ticking = setInterval(() => {
        this.owes = true;
        this.start();
      }, TICK);
      quietly(this.ticking);
    }
  }

  /** Waits until nothing waits, at most until `deadline`. Whether all since the last time was delivered. */
  async drain(deadline: number): Promise<boolean> {
    const before = this.postponed;
    this.retryAt = 0;
    while (!this.isIdle()) {
      if (this.isOver() || steady() >= deadline) return false;
      this.start();
      await this.atMost(this.running, deadline);
    }
    const lost = this.lost;
    this.lost = 0;
    return this.postponed === before && lost === 0;
  }

  /** So many will never be delivered. */
  lose(number = 1): void {
    this.lost += number;
  }

  /** Until further notice no wait goes past `deadline`. */
  hurry(deadline: number): void {
    this.deadline = deadline;
    if (this.transport) this.guarded(() => this.transport?.hurry?.(deadline));
  }

  /** Delivers until `deadline` what it can; the rest stays in the spool. */
  async close(deadline: number): Promise<void> {
    this.hurry(deadline);
    if (!this.isIdle() || this.transport) this.start();
    await this.atMost(this.running, deadline);
    const transport = this.transport;
    if (transport) await this.atMost(this.guardedly(() => transport.close(deadline)), deadline);
    this.release();
  }

  /** Ends at once: what is not delivered is given to the spool. How many were. `sendNow` is asked before, if given. */
  release(sendNow?: (batch: readonly Item[]) => Outcome[]): number {
    this.ended = true;
    clearInterval(this.ticking as undefined);
    let rest = [...this.inHands, ...this.waiting.splice(0), ...this.memory];
    this.inHands = this.memory = [];
    if (sendNow) {
      let outcomes: Outcome[] = [];
      this.guarded(() => (outcomes = sendNow(rest.map((each) => each.item))));
      this.store.settled(rest.filter((_, at) => (outcomes[at] ?? 'later') !== 'later'));
      rest = rest.filter((_, at) => (outcomes[at] ?? 'later') === 'later');
    }
    this.store.later(rest);
    return rest.length;
  }

  /** Whether nothing waits, but for what it is too early to try again. */
  isIdle(): boolean {
    return !this.running && this.waiting.length === 0 && (this.ended || steady() < this.retryAt);
  }

  private async deliverAll(): Promise<void> {
    try {
      // Not in the turn of whoever put something in.
      await undefined;
      const transport = (this.transport ??= this.made());
      for (;;) {
        const fresh = this.isOver() ? [] : this.waiting.splice(0, BATCH);
        const batch = fresh.length > 0 ? fresh : this.old();
        if (batch.length === 0) break;
        await this.deliver(transport, batch, fresh.length === 0);
      }
      if (this.owes && !this.isOver() && transport.tick) {
        this.owes = false;
        await this.guardedly(() => transport.tick?.());
      }
    } catch (error) {
      this.warn(`nothing is delivered any more, for ${why(error)}`);
      this.release();
    }
  }

  private made(): Transport {
    const transport = this.makeTransport();
    if (this.deadline !== Infinity) this.guarded(() => transport.hurry?.(this.deadline));
    return transport;
  }

  /** What was left to a later try, once its time has come; over the whole spool, batch by batch. */
  private old(): Kept[] {
    if (this.isOver() || steady() < this.retryAt) return [];
    const found = this.memory.length > 0 ? this.memory.splice(0, BATCH) : this.fromSpool();
    if (found.length === 0) this.retryAt = steady() + LONGEST_RETRY;
    return found;
  }

  private fromSpool(): Kept[] {
    let found = this.cursor ? this.store.take(BATCH, this.cursor) : { kept: [], last: '' };
    if (found.kept.length === 0) {
      this.store.tidy();
      found = this.store.take(BATCH, '');
    }
    this.cursor = found.last;
    return found.kept;
  }

  private isOver(): boolean {
    return this.ended || this.deadline - steady() < WORTH_A_TRY;
  }

  private async deliver(transport: Transport, batch: Kept[], isOld: boolean): Promise<void> {
    this.inHands = batch;
    const items = batch.map((each) => each.item);
    const outcomes = (await this.guardedly(() => transport.send(items))) ?? [];
    if (this.ended) return; // all of it was given to the spool meanwhile
    this.inHands = [];
    const outcome = (at: number): Outcome => outcomes[at] ?? 'later';
    const later = batch.filter((_, at) => outcome(at) === 'later');
    this.store.settled(batch.filter((_, at) => outcome(at) !== 'later'));
    this.leave(later);
    this.postponed += later.length;
    this.lost += batch.filter((_, at) => outcome(at) === 'never').length;
    if (later.length < batch.length) {
      this.retry = FIRST_RETRY;
      this.tellDropped();
    } else {
      if (isOld) this.retry = Math.min(this.retry * 2, LONGEST_RETRY);
      if (isOld || this.retryAt < steady()) this.retryAt = steady() + this.retry;
    }
  }

  /** To the spool, and what that does not take to memory. */
  private leave(kept: readonly Kept[]): void {
    if (kept.length === 0) return;
    this.memory.push(...this.store.later(kept));
    const over = this.memory.length - MOST_WAITING;
    if (over > 0) {
      this.memory.splice(0, over);
      this.dropped += over;
    }
    if (this.retryAt > steady()) this.retryAt = Math.min(this.retryAt, steady() + this.retry);
  }

  private tellDropped(): void {
    const dropped = this.dropped + this.store.takeDropped();
    this.dropped = 0;
    if (dropped === 0) return;
    this.lost += dropped;
    this.warn(`${dropped} errors were dropped: they could not be delivered for long, and the spool was full`, 'dropped');
  }

  /** The work, or the deadline when that is earlier. This timer does keep the process alive: somebody waits. */
  private async atMost(work: Promise<unknown> | undefined, deadline: number): Promise<void> {
    if (work === undefined) return;
    let timer: unknown;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.min(Math.max(0, deadline - steady()), 0x7fffffff));
    });
    await Promise.race([work, over]);
    clearTimeout(timer as undefined);
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.warn(`delivery failed with ${why(error)}`, 'delivery');
    }
  }

  private async guardedly<Result>(work: () => Promise<Result> | undefined): Promise<Result | undefined> {
    try {
      return await work();
    } catch (error) {
      this.warn(`delivery failed with ${why(error)}`, 'delivery');
      return undefined;
    }
  }
}
