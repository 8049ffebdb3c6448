/**
 * What makes reports of events and keeps them until they are delivered. It works between the app's turns: soon after
 * an error, and a few at a time.
 */
import type { Event } from './capture.js';
import { cut } from './cut.js';
import type { Options } from './options.js';
import { clearInterval, setInterval, steady } from './originals.js';
import { redactText } from './redact/index.js';
import type { Reporter } from './report.js';
import { quietly, Sender } from './sender.js';
import { state } from './state.js';
import type { Kept, Store } from './store.js';
import type { Count, Item, Outcome, Report, Transport } from './values.js';
import { kindOf, warn } from './warn.js';
import { written } from './wire.js';

/** Between two looks at what was suppressed (rule Q4). */
const TICK = 5_000;
const MOST_QUEUED = 100;
/** For so long, in milliseconds, reports are made before the app has its turn again. */
const SLICE = 10;

/** A report that another program made, not redacted here. */
export interface Relayed {
  readonly report: Report;
}

type Thing = Event | Count | Relayed;

/** What a worker needs of the place that it runs in; asked for when the first error comes. */
export interface Means {
  readonly reporter: Reporter;
  readonly store: Store;
  makeTransport(): Transport;
  /** As the transport's `send`, where it can be done at once. */
  readonly sendNow?: (batch: readonly Item[]) => Outcome[];
}

/** Takes events and counts. Nothing of it throws or rejects. */
export class Worker {
  /** The counts that are due, and at the end all that are pending (rules Q4, Q7). */
  counts: (closing: boolean) => readonly Count[] = () => [];
  /** The event with its signature, and frames as the source has them; undefined when it is suppressed. */
  name: (event: Event) => Event | undefined = (event) => event;
  private readonly queue: Thing[] = [];
  private means: Means | undefined;
  private sender: Sender | undefined;
  private scheduled = false;
  private ticking: unknown;
  private closed = false;
  /** Something was dropped since `flush` told of it. */
  private dropped = false;

  constructor(
    private readonly options: Options,
    private readonly makeMeans: () => Means,
  ) {}

  /** With `durable`, and after the end, it is on disk when this returns. */
  put(thing: Thing): void {
    if (this.options.transport === 'none') return;
    if (this.options.durable || this.closed) {
      this.take(thing, this.options.durable);
      return;
    }
    if (this.queue.length >= MOST_QUEUED && !isCount(thing)) this.dropOldest();
    this.queue.push(thing);
    this.schedule();
  }

  /** Starts to deliver what earlier processes left. */
  pickUp(): void {
    this.guarded(() => this.loaded().sender.start(), 'nothing is delivered');
  }

  /** Waits until all that was taken is delivered, at most so long. Whether all since the last time is. */
  async flush(seconds: number): Promise<boolean> {
    const deadline = steady() + seconds * 1_000;
    this.takeAll();
    if (this.sender === undefined) return !this.takeDropped();
    const done = await this.sender.drain(deadline);
    return !this.takeDropped() && done;
  }

  /** Delivers what it can in so many seconds, pending counts too; the rest, and what is put later, is left. */
  async close(seconds: number): Promise<void> {
    const deadline = steady() + seconds * 900; // the last of it is for what has to be left in the spool
    this.takeCounts();
    this.closed = true;
    clearInterval(this.ticking as undefined);
    await this.sender?.close(deadline);
  }

  /** Whether something waits to be delivered, pending counts included, which it takes. */
  isOwing(): boolean {
    this.takeCounts();
    return this.sender !== undefined && !this.sender.isIdle();
  }

  /** As `flush`, when the app has nothing left to do: no wait of a transport goes past the end of it. */
  async hurried(seconds: number): Promise<void> {
    this.sender?.hurry(steady() + seconds * 1_000);
    await this.flush(seconds);
    this.sender?.hurry(Infinity);
  }

  /** The process ends now: all is in the spool when this returns. How many are there that this process had. */
  finish(): number {
    this.takeCounts();
    this.closed = true;
    return this.sender?.release(this.means?.sendNow) ?? 0;
  }

  private takeCounts(): void {
    this.takeAll();
    this.guarded(() => this.counts(true).forEach((each) => this.take(each, false)), 'counts were lost');
  }

  private schedule(): void {
    if (!this.scheduled) {
      this.scheduled = true;
      state.platform.soon(() => {
        this.scheduled = false;
        this.takeSome();
      });
    }
    if (this.ticking === undefined) {
      this.ticking = setInterval(() => this.tick(), TICK);
      quietly(this.ticking);
    }
  }

  private tick(): void {
    this.guarded(() => this.counts(false).forEach((each) => this.put(each)), 'counts were lost');
  }

  private takeSome(): void {
    const until = steady() + SLICE;
    for (let thing = this.queue.shift(); thing; thing = this.queue.shift()) {
      this.take(thing, false);
      if (steady() >= until) break;
    }
    if (this.queue.length > 0) this.schedule();
    else this.sender?.start();
  }

  private takeAll(): void {
    for (const thing of this.queue.splice(0)) this.take(thing, false);
  }

  /** Brings one to disk, safe to publish, and has it delivered. */
  private take(thing: Thing, synced: boolean): void {
    const busy = state.busy;
    state.busy = true; // what the app's `beforeSend` causes is none of its errors
    try {
      const { means, sender } = this.loaded();
      const { reporter, store } = means;
      const item = isCount(thing) ? this.counted(thing) : this.reported(thing, reporter);
      if (item === undefined) return;
      const kept: Kept = store.keep(item, synced);
      if (this.closed) store.later([kept]);
      else sender.add([kept], this.queue.length === 0);
    } catch (error) {
      // What the error says may hold what should have been redacted.
      this.dropped = true;
      warn(`an error report was dropped: ${kindOf(error)} while it was being made`, 'unsafe');
    } finally {
      state.busy = busy;
    }
  }

  private reported(thing: Event | Relayed, reporter: Reporter): Item | undefined {
    if ('report' in thing) return reporter.finished(thing.report);
    const named = this.name(thing);
    return named && reporter.item(named);
  }

  private counted(count: Count): Item {
    const release = cut(redactText(count.release, this.options.redact), 1_000);
    const item: Item = { id: state.platform.id(), time: count.last, count: { ...count, release } };
    return { ...item, text: written(item) };
  }

  private loaded(): { means: Means; sender: Sender } {
    const means = (this.means ??= this.makeMeans());
    const sender = (this.sender ??= new Sender(() => means.makeTransport(), means.store, warn));
    return { means, sender };
  }

  private dropOldest(): void {
    const at = this.queue.findIndex((each) => !isCount(each));
    if (at < 0) return;
    this.queue.splice(at, 1);
    this.dropped = true;
    warn('errors were dropped: they came faster than they could be written to disk', 'queue');
  }

  private takeDropped(): boolean {
    const dropped = this.dropped;
    this.dropped = false;
    return dropped;
  }

  private guarded(work: () => void, what: string): void {
    try {
      work();
    } catch (error) {
      warn(`${what}, for ${kindOf(error)}`, what);
    }
  }
}

function isCount(thing: Thing): thing is Count {
  return 'seen' in thing;
}
