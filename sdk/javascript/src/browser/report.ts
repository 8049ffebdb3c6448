/** From an event to the item that goes out, redacted and bounded. The relay holds it to every limit once more. */
import { canonical } from '../canonical.js';
import type { Event } from '../capture.js';
import { iso } from '../clock.js';
import { cut } from '../cut.js';
import { isMapping } from '../mapping.js';
import type { Options } from '../options.js';
import { redactReport } from '../redact/report.js';
import { readable } from '../scope.js';
import type { Item, Report } from '../values.js';
import { VERSION } from '../version.js';
import { kindOf, warn } from '../warn.js';

/** As much as a request may hold that outlives its page, less what stands around. */
const MOST = 55_000;
const LIMITS: { readonly [key: string]: number } = { message: 5_000, type: 500, path: 500, function: 500 };
const OTHER = 1_000;
const SYSTEM = /Windows|Android|iPhone|iPad|Mac OS|CrOS|Linux/;
/** Each names those that it says to be like, and then itself; Safari writes its version so. */
const BROWSER = /(?:Edg|OPR|Firefox|FxiOS|CriOS|Chrome|Version)\/[0-9]{1,6}/g;

/** What goes when a report is too large, until it is not (rule I8, in its words). */
const STEPS: readonly (readonly [name: string, step: (report: Report) => void])[] = [
  ['contexts', (report) => delete report.contexts],
  ['breadcrumbs', (report) => (report.breadcrumbs = report.breadcrumbs?.slice(-20))],
  ['frames', (report) => report.exceptions.forEach((each) => (each.frames = each.frames?.slice(-25)))],
  ['exceptions', (report) => (report.exceptions = report.exceptions.slice(0, 5))],
  ['messages', (report) => report.exceptions.forEach((each) => (each.message = cut(each.message ?? '', OTHER)))],
  ['tags', (report) => delete report.tags],
  ['all breadcrumbs', (report) => delete report.breadcrumbs],
];

/** Undefined when `beforeSend` drops it. Throws where redaction fails. */
export function itemOf(event: Event, options: Options): Item | undefined {
  const report = safe(build(event, options), options);
  const { schema, runtime, id, time, signature } = report;
  const changed = asked(report, options);
  if (changed === undefined) return undefined;
  const sent = changed === report ? report : safe({ ...changed, schema, runtime, id, time, signature }, options);
  return { id: event.id, time: event.time, report: sent, text: fitting(sent) };
}

function build(event: Event, options: Options): Report {
  const when = iso(event.time);
  const { environment, service, release } = options;
  return {
    schema: 'splat-report/1',
    runtime: 'javascript',
    id: event.id,
    time: when,
    signature: event.signature,
    // As many as limits let through (L4).
    exceptions: event.exceptions.slice(0, 50).map((each) => ({ ...each, frames: each.frames?.slice(-200) })),
    occurrences: { count: 1, first_seen: when, last_seen: when },
    mechanism: { type: event.mechanism, handled: event.handled },
    sdk: { name: '@splat-heal/sdk', version: VERSION },
    root: options.root,
    platform: platformOf(navigator.userAgent),
    ...(environment && { environment }),
    ...(service && { service }),
    ...(release && { release }),
    ...readable(event.told),
  };
}

function safe(report: Report, options: Options): Report {
  return bounded(redactReport(report, options.redact), '', 0) as Report;
}

/** Texts cut (L2), after redaction; what an app gave under `contexts` was bounded when it was given. */
function bounded(value: unknown, key: string, depth: number): unknown {
  if (typeof value === 'string') return cut(value, LIMITS[key] ?? OTHER);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, 200).map((each) => bounded(each, key, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [cut(name, 200), bounded(each, name, depth + 1)]));
}

/** The report in canonical JSON, without what makes it too large. */
function fitting(report: Report): string {
  let text = canonical(report);
  const left: string[] = [];
  for (const [name, step] of STEPS) {
    if (text.length <= MOST) break;
    step(report);
    left.push(name);
    text = canonical({ ...report, truncated: left });
  }
  return text;
}

/** What `beforeSend` makes of a copy; the report itself where there is none or it fails (R6). */
function asked(report: Report, { beforeSend }: Options): Report | undefined {
  if (!beforeSend) return report;
  try {
    const answer = beforeSend(JSON.parse(canonical(report)) as Report);
    if (answer === null || answer === undefined || answer === false) return undefined;
    if (isMapping(answer) && Array.isArray(answer.exceptions)) return answer as Report;
    warn('beforeSend returned what is no report: reports are sent as they were before it', 'beforeSend');
  } catch (error) {
    warn(`beforeSend failed with ${kindOf(error)}: reports are sent as they were before it`, 'beforeSend');
  }
  return report;
}

/** `browser: Chrome 140, Linux`. */
function platformOf(agent: string): string {
  const told = agent.slice(0, 500);
  const named = told.match(BROWSER)?.pop()?.replace('Version', 'Safari').replace('/', ' ');
  return `browser: ${[named, SYSTEM.exec(told)?.[0]].filter(Boolean).join(', ')}`;
}
