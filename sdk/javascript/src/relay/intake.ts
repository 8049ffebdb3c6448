/** What a page sent, as items of this process: nothing is kept but what a browser's report holds. */
import type { Capturer } from '../capture.js';
import { iso, milliseconds } from '../clock.js';
import { checked, conform } from '../conform.js';
import { cut } from '../cut.js';
import { isMapping, own } from '../mapping.js';
import { steady, wall } from '../originals.js';
import { state } from '../state.js';
import { OVERFLOW } from '../suppress.js';
import type { Count, Frame, Report } from '../values.js';

const MOST_ITEMS = 50;
/** UTF-16 units of a report's JSON: what our own pages send is a quarter of it. */
const MOST_REPORT = 250_000;
/** Repeats that one page may claim to have seen at a time. */
const MOST_SEEN = 1_000;
/** Counts a minute of bugs that this process knows nothing of. */
const MOST_STRAYS = 60;
const MINUTE = 60_000;
/** How long a page that was offline may keep something. */
const OLDEST = 7 * 86_400_000;
const ID = /^[0-9a-f]{32}$/;
const SIGNATURE = /^[0-9a-f]{16}$/;
const KEPT = [
  ...['environment', 'release', 'service', 'root', 'breadcrumbs', 'contexts', 'tags', 'deploy', 'mechanism', 'level'],
  ...['sdk', 'runtime_version', 'truncated'],
];
const OF_FRAME = ['path', 'line', 'column', 'function', 'in_app'] as const;
const OF_REQUEST = ['path', 'query'] as const;

/** Takes over batches of rule T4's shape. */
export class Intake {
  private began = -Infinity;
  private strays = 0;

  /** Whether it was a batch with at least one item that could be used, or with none at all. */
  take(batch: unknown, client: Capturer): boolean {
    if (!isMapping(batch)) return false;
    const [reports, counts] = [own(batch, 'reports') ?? [], own(batch, 'counts') ?? []];
    if (!Array.isArray(reports) || !Array.isArray(counts) || reports.length + counts.length > MOST_ITEMS) return false;
    const good = [
      ...reports.map((each) => this.guarded(() => this.report(each, client))),
      ...counts.map((each) => this.guarded(() => this.count(each, client))),
    ];
    return good.length === 0 || good.includes(true);
  }

  private guarded(work: () => void): boolean {
    try {
      work();
      return true;
    } catch {
      return false; // what the error says may quote the page
    }
  }

  /** R9; throws for what is no report of a browser. */
  private report(given: unknown, client: Capturer): void {
    const report = made(conform(checked(given)), client);
    if (JSON.stringify(report).length > MOST_REPORT) throw new Error('too large');
    if (client.admits(report.signature as string, milliseconds(report.time as string))) client.worker.put({ report });
  }

  private count(given: unknown, client: Capturer): void {
    const counted = countOf(given);
    if (client.closed || client.adds(counted)) return;
    const now = steady();
    if (now - this.began >= MINUTE) [this.began, this.strays] = [now, 0];
    this.strays += 1;
    if (this.strays <= MOST_STRAYS) client.worker.put(counted);
  }
}

/** The report of a page as this server vouches for it: what it did not see itself it does not repeat. */
function made(given: Report, { options }: Capturer): Report {
  const { signature, id, platform = '', request } = given;
  if (given.runtime !== 'javascript' || !signature || signature === OVERFLOW) throw new Error('not of a browser');
  const time = iso(near(given.time));
  return {
    ...set({ environment: options.environment, release: options.release, service: options.service }),
    ...picked(given, KEPT),
    schema: given.schema,
    runtime: 'javascript',
    signature,
    id: typeof id === 'string' && ID.test(id) ? id : state.platform.id(),
    time,
    platform: platform.startsWith('browser') ? cut(platform, 100) : 'browser',
    occurrences: { count: 1, first_seen: time, last_seen: time },
    exceptions: given.exceptions.map((each) => ({
      ...each,
      frames: each.frames?.map((frame) => picked(frame, OF_FRAME) as unknown as Frame),
    })),
    ...(request && { request: picked(request, OF_REQUEST) }),
  };
}

/** These keys of `part`. */
function picked(part: object, names: readonly string[]): { [key: string]: unknown } {
  return Object.fromEntries(Object.entries(part).filter(([key]) => names.includes(key)));
}

function set(texts: { [key: string]: string }): { [key: string]: string } {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text));
}

/** P8, as T4 sends it. */
function countOf(given: unknown): Count {
  if (!isMapping(given)) throw new Error('no count');
  const { signature, count, release } = given;
  if (typeof signature !== 'string' || !SIGNATURE.test(signature)) throw new Error('no count');
  if (!Number.isSafeInteger(count) || (count as number) < 1) throw new Error('no count');
  const [first, last] = [near(given.first), near(given.last)];
  return {
    signature,
    seen: Math.min(count as number, MOST_SEEN),
    first: Math.min(first, last),
    last,
    release: typeof release === 'string' ? release.slice(0, 2_000) : '',
  };
}

/** A time that a page's clock may have: not of the future, and not long ago. Milliseconds since the epoch. */
function near(told: unknown): number {
  const now = wall();
  try {
    const time = milliseconds(String(told));
    return time <= now && time >= now - OLDEST ? time : now;
  } catch {
    return now;
  }
}
