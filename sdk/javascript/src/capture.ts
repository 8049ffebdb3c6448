/**
 * From an error to an event, on the app's turn: nothing here touches a file or a network.
 *
 * error? seen before? ignored? sampled?  ->  its key  ->  its signature  ->  suppressed?  ->  an event
 */
import { firstTime, forget, isIgnored } from './eligible.js';
import { Frames } from './frames/index.js';
import type { Options } from './options.js';
import { steady, wall } from './originals.js';
import { textOf } from './plain.js';
import type { Asked, Told } from './scope.js';
import { gather } from './scope.js';
import { signatureOf } from './signature/javascript.js';
import { exceptionsOf, keyOf, linksOf, stackAbove, type Link } from './snapshot.js';
import { hasFrames } from './stack.js';
import { state } from './state.js';
import { Keeper } from './suppress.js';
import type { Count, Exception } from './values.js';
import { debug, kindOf, warn } from './warn.js';
import type { Relayed } from './worker.js';

const MOST_KEYS = 2_000;

/** One error as the app's turn saw it. Holds nothing of the app's. */
export interface Event {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly signature: string;
  /** Paths as the runtime gives them. */
  readonly exceptions: Exception[];
  /** Who caught it: uncaught, rejection, express, … */
  readonly mechanism: string;
  readonly handled: boolean;
  readonly told: Told;
  /** What its kind is known by until it has a signature. */
  readonly key: string;
}

type Above = (...args: never[]) => unknown;

/** Who caught an error, and the request that it belongs to where that is not the one being answered. */
export interface Caught {
  readonly mechanism: string;
  readonly handled?: boolean;
  readonly request?: Asked;
  /** The function of ours that the app called: what has no frames of its own gets the caller's. */
  readonly above?: Above;
  /** As printed frames, where it was thrown: for what has none of its own. */
  readonly lines?: string;
}

/** What makes reports of events and delivers them. */
export interface Taker {
  /** The counts that are due, and at the end all that are pending (rules Q4, Q7). */
  counts: (closing: boolean) => readonly Count[];
  /** The event with its signature, and frames as the source has them; undefined when it is suppressed. */
  name: (event: Event) => Event | undefined;
  put(thing: Event | Count | Relayed): void;
  flush(seconds: number): Promise<boolean>;
  close(seconds: number): Promise<void>;
}

/** All errors with one key. */
export interface Kind {
  /** "" until the worker has named it: what a bundle was made of stands in files. */
  signature: string;
  /** It also depends on the message. */
  readonly varies: boolean;
  readonly since: number;
  /** Repeats until it was named, and the time of the last. */
  seen: number;
  last: number;
}

/** One `init`. No method throws. */
export class Capturer {
  closed: boolean;
  protected readonly frames: Frames;
  private readonly keeper: Keeper;
  protected readonly kinds = new Map<string, Kind>();

  constructor(
    readonly options: Options,
    readonly worker: Taker,
  ) {
    this.frames = new Frames(options.root, options.include);
    this.keeper = new Keeper(options.release);
    this.closed = options.transport === 'none';
    worker.counts = (closing) => (closing ? this.keeper.close() : this.keeper.tick(ticks()));
  }

  /** The id of the event, when the error is new; null when it is counted only, or was captured before. */
  capture(thrown: unknown, caught: Caught): string | null {
    // One door: what fails behind it does not reach the app, and what it calls does not come in again.
    if (this.closed || state.busy) return null;
    state.busy = true;
    try {
      return this.captured(thrown, caught);
    } catch (error) {
      forget(thrown);
      failed(error);
      return null;
    } finally {
      state.busy = false;
    }
  }

  /** R4: `text` as an error of type `Message`, at the place of the caller. */
  captureMessage(text: unknown, level: unknown, above: Above): string | null {
    if (this.closed || state.busy) return null;
    state.busy = true;
    try {
      if (!this.sampled()) return null;
      const lines = stackAbove(above, 3);
      const link: Link = { type: 'Message', message: textOf(text), relation: 'surfaced', parent: -1, lines };
      const told = (): Told => ({ ...gather(), level: textOf(level) });
      return this.taken([link], { mechanism: 'captureMessage', handled: true }, told);
    } catch (error) {
      failed(error);
      return null;
    } finally {
      state.busy = false;
    }
  }

  private captured(thrown: unknown, caught: Caught): string | null {
    if (!firstTime(thrown) || isIgnored(thrown, this.options.ignore) || !this.sampled()) return null;
    const links = linksOf(thrown);
    const [first] = links;
    if (first && (caught.lines || caught.above) && links.length === 1 && !hasFrames(first.lines)) {
      links[0] = { ...first, lines: caught.lines ?? stackAbove(caught.above as Above, 4) };
    }
    return this.taken(links, caught, () => gather(caught.request));
  }

  protected taken(links: readonly Link[], caught: Caught, told: () => Told): string | null {
    const key = keyOf(links, false);
    const known = this.kinds.get(key);
    const now = wall();
    if (known && !known.varies) {
      if (!this.goesOut(known.signature, now)) return null;
      return this.put(exceptionsOf(links, this.frames), known.signature, caught, told, now);
    }
    const exceptions = exceptionsOf(links, this.frames);
    const named = signatureOf(this.options.root, exceptions);
    const varies = !exceptions.some((each) => each.frames?.some((frame) => frame.in_app));
    this.remember(key, { signature: named, varies, since: now, seen: 0, last: now });
    return this.goesOut(named, now) ? this.put(exceptions, named, caught, told, now) : null;
  }

  protected put(exceptions: Exception[], named: string, caught: Caught, told: () => Told, time: number, key = ''): string {
    const { mechanism, handled = false } = caught;
    const id = state.platform.id();
    this.worker.put({ id, time, signature: named, exceptions, mechanism, handled, told: told(), key });
    return id;
  }

  protected remember(key: string, kind: Kind): void {
    if (this.kinds.size >= MOST_KEYS) this.kinds.clear();
    this.kinds.set(key, kind);
  }

  /** Whether the error goes out; counts that are due go first (rule Q). */
  protected goesOut(named: string, wall: number): boolean {
    const answer = this.keeper.error(named, ticks(), wall);
    answer.counts.forEach((count: Count) => this.worker.put(count));
    return answer.report;
  }

  private sampled(): boolean {
    const { sampleRate } = this.options;
    return sampleRate >= 1 || Math.random() < sampleRate;
  }

  /** These were reported just before this began: more of them are counted. */
  resume(signatures: readonly string[]): void {
    for (const each of signatures) this.keeper.error(each, ticks(), wall());
  }

  /** For a report that another program made: whether it goes out. Else it is counted. */
  admits(named: string, wall: number): boolean {
    return !this.closed && this.goesOut(named, wall);
  }

  /** For a count that another program made: whether it was added to those of this one. */
  adds(count: Count): boolean {
    return this.keeper.add(count, ticks());
  }

  /** Waits until all that was captured is delivered, at most so long. Whether all since the last time is. */
  flush(seconds: number): Promise<boolean> {
    return this.worker.flush(seconds);
  }

  /** Captures nothing more; delivers what it can in so many seconds, the rest stays in the spool. */
  async close(seconds: number): Promise<void> {
    this.closed = true;
    await this.worker.close(seconds);
    debug('closed');
  }
}

function failed(error: unknown): void {
  try {
    warn(`an error could not be captured: ${kindOf(error)} in the SDK itself`, 'capture');
  } catch {
    // At the end of the stack there may be no room to say it.
  }
}

function ticks(): number {
  return Math.floor(steady());
}
