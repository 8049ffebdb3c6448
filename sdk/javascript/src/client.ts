/** The client of Node: where an app was bundled, an error's signature is that of what the bundle was made of. */
import { Capturer, type Caught, type Event, type Taker } from './capture.js';
import type { Options } from './options.js';
import { wall } from './originals.js';
import type { Sight } from './report.js';
import type { Told } from './scope.js';
import { signatureOf } from './signature/javascript.js';
import { exceptionsOf, keyOf, type Link } from './snapshot.js';
import type { Exception, Frame } from './values.js';

/** A key whose name does not come for so long (the worker dropped it) is taken as new again. */
const PATIENCE = 60_000;

/** One `init`. No method throws. */
export class Client extends Capturer {
  constructor(
    options: Options,
    worker: Taker,
    private readonly sight: Pick<Sight, 'isBundled' | 'original'>,
  ) {
    super(options, worker);
    worker.name = (event) => this.named(event);
  }

  protected override taken(links: readonly Link[], caught: Caught, told: () => Told): string | null {
    if (!links.some((each) => this.sight.isBundled(each.lines))) return super.taken(links, caught, told);
    return this.takenBundled(links, keyOf(links, false), caught, told, wall());
  }

  /** Its signature is made by the worker, once for a key. */
  private takenBundled(links: readonly Link[], key: string, caught: Caught, told: () => Told, now: number): string | null {
    const known = this.kinds.get(key);
    if (known?.signature) {
      if (!this.goesOut(known.signature, now)) return null;
      return this.put(exceptionsOf(links, this.frames), known.signature, caught, told, now);
    }
    if (known && now - known.since < PATIENCE) {
      known.seen += 1;
      known.last = now;
      return null;
    }
    this.remember(key, { signature: '', varies: false, since: now, seen: 0, last: now });
    return this.put(exceptionsOf(links, this.frames), '', caught, told, now, key);
  }

  /** For the worker. */
  private named(event: Event): Event | undefined {
    const exceptions = this.originals(event.exceptions);
    if (event.signature) return { ...event, exceptions };
    const named = signatureOf(this.options.root, exceptions);
    const kind = this.kinds.get(event.key);
    const goes = this.goesOut(named, event.time);
    if (kind) {
      kind.signature = named;
      for (; kind.seen > 0; kind.seen -= 1) this.goesOut(named, kind.last);
    }
    return goes ? { ...event, exceptions, signature: named } : undefined;
  }

  private originals(exceptions: Exception[]): Exception[] {
    const original = (frame: Frame): Frame => {
      const found = this.sight.original(frame);
      return found === frame ? frame : { ...found, in_app: this.frames.inApp(found.path) };
    };
    return exceptions.map((each) => ({ ...each, frames: each.frames?.map(original) }));
  }
}
