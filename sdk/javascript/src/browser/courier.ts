/** Makes reports of events between the page's turns, and sends them: also from a page that is about to go. */
import type { Event, Taker } from '../capture.js';
import { cut } from '../cut.js';
import type { Options } from '../options.js';
import { clearInterval, clearTimeout, setInterval, setTimeout, wall } from '../originals.js';
import { redactText } from '../redact/texts.js';
import { state } from '../state.js';
import { signatureOf, type Count, type Item } from '../values.js';
import { kindOf, warn } from '../warn.js';
import { written } from '../wire.js';
import { itemOf } from './report.js';
import { keep, see, takeKept, type Unsent } from './stored.js';

const MOST_WAITING = 100;
const MOST_ITEMS = 50;
/** Bytes that browsers let all requests together have that outlive their page, with room for what stands around. */
const MOST_KEPT = 60_000;
/** Between two looks at what was suppressed (rule Q4). */
const TICK = 5_000;
const [FIRST_RETRY, LONGEST_RETRY] = [10_000, 600_000];
const SOON = 1_000;

interface Parcel extends Unsent {
  /** Of a report; "" of a count, and of what an earlier page left. */
  readonly signature: string;
}

/** Of one `init`. No method throws or rejects. */
export class Courier implements Taker {
  counts: Taker['counts'] = () => [];
  name: Taker['name'] = (event) => event;
  private readonly queue: (Event | Count)[] = [];
  private waiting: Parcel[] = [];
  private scheduled = false;
  private ticking: unknown;
  private retry = FIRST_RETRY;
  private notBefore = 0;
  /** Requests under way, and the bytes of those that outlive the page. */
  private readonly underWay = new Set<Promise<void>>();
  private bytes = 0;
  private failed = false;

  constructor(private readonly options: Options) {}

  put(thing: Event | Count): void {
    if (this.queue.length >= MOST_WAITING) this.queue.shift();
    this.queue.push(thing);
    if (!this.scheduled) {
      this.scheduled = true;
      state.platform.soon(() => {
        this.scheduled = false;
        this.take();
        this.send(false);
      });
    }
    this.ticking ??= setInterval(() => this.tick(), TICK);
  }

  /** Sends what earlier pages could not, soon. */
  pickUp(): void {
    this.notBefore = 0;
    this.again(SOON);
  }

  /** The page may be gone after this: all that is here goes now, or is kept. */
  leave(): void {
    this.take();
    for (const count of this.counts(true)) this.add(count);
    this.send(true);
  }

  async flush(seconds: number): Promise<boolean> {
    this.take();
    this.failed = false;
    this.notBefore = 0;
    this.send(false);
    let timer: unknown;
    const over = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), seconds * 1_000);
    });
    const done = await Promise.race([this.settled(), over]);
    clearTimeout(timer);
    return done && !this.failed;
  }

  async close(seconds: number): Promise<void> {
    clearInterval(this.ticking);
    for (const count of this.counts(true)) this.put(count);
    await this.flush(seconds);
    this.keep(this.waiting.splice(0));
  }

  private async settled(): Promise<boolean> {
    while (this.underWay.size > 0) await Promise.all(this.underWay);
    return this.waiting.length === 0;
  }

  private tick(): void {
    for (const count of this.counts(false)) this.put(count);
  }

  private take(): void {
    for (const thing of this.queue.splice(0)) this.add(thing);
  }

  private add(thing: Event | Count): void {
    state.busy = true; // what the app's `beforeSend` causes is none of its errors
    try {
      const item = 'seen' in thing ? this.counted(thing) : this.reported(thing);
      if (item === undefined) return;
      const signature = 'report' in item ? signatureOf(item) : '';
      this.waiting.push({ text: written(item), time: item.time, signature });
      if (this.waiting.length > MOST_WAITING) this.waiting.shift();
    } catch (error) {
      // What the error says may hold what should have been redacted.
      warn(`an error report was dropped: ${kindOf(error)} while it was being made`, 'unsafe');
    } finally {
      state.busy = false;
    }
  }

  private reported(event: Event): Item | undefined {
    const named = this.name(event);
    return named && itemOf(named, this.options);
  }

  private counted(count: Count): Item {
    const release = cut(redactText(count.release, this.options.redact), 1_000);
    return { id: state.platform.id(), time: count.last, count: { ...count, release } };
  }

  /** One request after the other; at once, and only by such as outlive the page, when it is `leaving`. */
  private send(leaving: boolean): void {
    if (!leaving && (this.underWay.size > 0 || wall() < this.notBefore)) return;
    const held: Parcel[] = [];
    while (this.waiting.length > 0) {
      const batch = firstOf(this.waiting);
      this.waiting.splice(0, batch.length);
      const fits = this.bytes + bodyOf(batch).length <= MOST_KEPT;
      if (navigator.onLine === false || (leaving && !fits)) {
        held.push(...batch);
        continue;
      }
      const request: Promise<void> = this.deliver(batch, fits).finally(() => {
        this.underWay.delete(request);
        this.send(false);
      });
      this.underWay.add(request);
      if (!leaving) break;
    }
    this.keep(held);
  }

  private async deliver(batch: Parcel[], outlives: boolean): Promise<void> {
    const body = bodyOf(batch);
    if (outlives) this.bytes += body.length;
    const [status, pause] = await this.posted(body, outlives);
    if (outlives) this.bytes -= body.length;
    if (status >= 200 && status < 300) {
      this.retry = FIRST_RETRY;
      if (this.stores) see(batch.map((each) => each.signature).filter(Boolean));
    } else if (status === 413 && batch.length > 1) {
      for (const each of batch) await this.deliver([each], outlives);
    } else {
      this.failed = true;
      if (!status || status === 429 || status >= 500) this.later(batch, pause);
      else warn(`errors are dropped: ${status} from ${this.options.url}. Is splat.relay() there, for this origin?`, 'refused');
    }
  }

  /** The status, 0 for none, and for how long nothing is to be sent. */
  private async posted(body: string, keepalive: boolean): Promise<[number, number]> {
    const { url } = this.options;
    const type = 'application/json';
    try {
      if (keepalive && !('keepalive' in Request.prototype)) {
        return [navigator.sendBeacon(url, new Blob([body], { type })) ? 204 : 0, 0];
      }
      const { status, headers } = await fetch(url, { method: 'POST', body, keepalive, headers: { 'Content-Type': type } });
      return [status, Number(headers.get('retry-after')) * 1_000 || 0];
    } catch {
      return [0, 0];
    }
  }

  private later(batch: readonly Parcel[], pause: number): void {
    this.keep(batch);
    this.again(Math.max(pause, this.retry));
    this.notBefore = wall() + this.retry;
    this.retry = Math.min(this.retry * 2, LONGEST_RETRY);
  }

  private keep(batch: readonly Parcel[]): void {
    if (batch.length === 0) return;
    this.failed = true;
    if (this.stores && keep(batch.map(({ text, time }) => ({ text, time })))) return;
    this.waiting = [...batch, ...this.waiting].slice(-MOST_WAITING);
  }

  private again(pause: number): void {
    setTimeout(() => {
      if (navigator.onLine === false) return; // it will be told when it is again
      if (this.stores) this.waiting.push(...takeKept().map((each) => ({ ...each, signature: '' })));
      this.notBefore = 0;
      this.send(false);
    }, pause);
  }

  private get stores(): boolean {
    return this.options.integrations.includes('storage');
  }
}

/** As many from the front as one request takes, at least one. */
function firstOf(parcels: readonly Parcel[]): Parcel[] {
  let size = 0;
  const end = parcels.findIndex((each, at) => at >= MOST_ITEMS || ((size += each.text.length) > MOST_KEPT - 100 && at > 0));
  return parcels.slice(0, end < 0 ? parcels.length : end);
}

/** T4. */
function bodyOf(batch: readonly Parcel[]): string {
  const texts = (isCount: boolean): string[] =>
    batch.map((each) => each.text).filter((each) => each.includes('"schema":"splat-count/1"') === isCount);
  return `{"counts":[${texts(true).join()}],"reports":[${texts(false).join()}]}`;
}
