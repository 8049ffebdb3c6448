/** I8: what a report gives up, least useful first, until it fits (also L5). */
import { canonical } from './canonical.js';
import { cut } from './cut.js';
import { has, put, without, type Mapping } from './mapping.js';
import type { Entry, Exception, Frame, Report } from './values.js';

type Step = (report: Report) => Report;

/** How many names `truncated` may hold. */
const MAX_NAMES = 100;

const CRASH_KEYS = [
  'schema',
  'id',
  'time',
  'runtime',
  'exceptions',
  'sdk',
  'service',
  'environment',
  'release',
  'root',
  'signature',
  'runtime_version',
  'platform',
  'trace_id',
  'deploy',
  'occurrences',
  'truncated',
];
const KNOWN_KEYS = [...CRASH_KEYS, 'dependencies', 'request', 'logs', 'breadcrumbs', 'contexts', 'tags'];
const CRASH_EXCEPTION = ['type', 'message', 'relation', 'parent'];
const CRASH_FRAME = ['path', 'line', 'column', 'function', 'in_app', 'source'];
const CRASH_INNER = ['name', 'version', 'id', 'time', 'count', 'first_seen', 'last_seen'];

/**
 * `report` where `sizeOf` says at most `limit`; else what is left of it after as few steps as that takes. `truncated`
 * of the result names the steps. The last step is taken even when its result is still too large.
 */
export function shrink(report: Report, sizeOf: (report: Report) => number, limit: number): Report {
  let made = report;
  if (sizeOf(made) <= limit) return made;
  for (const [name, step] of STEPS) {
    const smaller = step(made);
    if (smaller === made) continue;
    const held = (smaller.truncated ?? []).filter((each) => each !== name);
    made = { ...smaller, truncated: [...held, name].slice(-MAX_NAMES) };
    if (sizeOf(made) <= limit) break;
  }
  return made;
}

/** The steps that `report` names as taken, in the order in which it names them. */
export function stepsIn(report: Report): string[] {
  return (report.truncated ?? []).filter((name) => STEPS.has(name));
}

/** `report` with `change` done to each frame; the report itself when that changes none. */
export function eachFrame(report: Report, change: (frame: Frame) => Frame): Report {
  return eachTrace(report, (frames) => {
    const changed = frames.map(change);
    return changed.some((frame, at) => frame !== frames[at]) ? changed : frames;
  });
}

function eachTrace(report: Report, change: (frames: Frame[]) => Frame[]): Report {
  return eachException(report, (exception) => {
    const { frames } = exception;
    const changed = frames?.length ? change(frames) : frames;
    return changed === frames ? exception : { ...exception, frames: changed as Frame[] };
  });
}

function eachException(report: Report, change: (exception: Exception) => Exception): Report {
  const exceptions = report.exceptions.map(change);
  return exceptions.some((each, at) => each !== report.exceptions[at]) ? { ...report, exceptions } : report;
}

function drop(...names: string[]): Step {
  return (report) => without(report, names);
}

function dropOfFrames(...names: string[]): Step {
  return (report) => eachFrame(report, (frame) => without(frame, names));
}

function lastOf(name: 'logs' | 'breadcrumbs', most: number): Step {
  return (report) => {
    const entries = report[name] ?? [];
    return entries.length > most ? { ...report, [name]: entries.slice(-most) } : report;
  };
}

function dropUnknown(report: Report): Report {
  return without(
    report,
    Object.keys(report).filter((key) => !KNOWN_KEYS.includes(key)),
  );
}

function shortenLogs(report: Report): Report {
  const { logs } = report;
  if (!logs?.length) return report;
  const shorter = logs.slice(-20).map((entry): Entry => withTexts(entry, ['message'], 200));
  return logs.length > 20 || shorter.some((entry, at) => entry !== logs[at]) ? { ...report, logs: shorter } : report;
}

function dropRequestData(report: Report): Report {
  const request = report.request && without(report.request, ['query', 'headers', 'body']);
  return request === report.request ? report : { ...report, request };
}

function shortenFrames(report: Report): Report {
  return eachFrame(
    eachTrace(report, (frames) => (frames.length > 25 ? [...frames.slice(0, 5), ...frames.slice(-20)] : frames)),
    (frame) => withTexts(frame, Object.keys(frame), 200),
  );
}

function firstExceptions(report: Report): Report {
  return report.exceptions.length > 10 ? { ...report, exceptions: report.exceptions.slice(0, 10) } : report;
}

function shortenMessages(report: Report): Report {
  return eachException(report, (exception) => withTexts(withTexts(exception, ['type'], 200), ['message'], 1_000));
}

/** `part` with those of its texts that are named cut to `limit`; `part` itself when none is longer. */
function withTexts<Part extends object>(part: Part, names: readonly string[], limit: number): Part {
  const made: Mapping = {};
  for (const [key, value] of Object.entries(part)) {
    const shorter: unknown = typeof value === 'string' && names.includes(key) ? cut(value, limit) : value;
    put(made, key, shorter);
  }
  return Object.keys(made).some((key) => made[key] !== (part as Mapping)[key]) ? (made as Part) : part;
}

function keepTheCrash(report: Report): Report {
  const crash: Mapping = only(report, CRASH_KEYS, tiny);
  crash['exceptions'] = report.exceptions.slice(0, 3).map((exception) => {
    const made = only(exception, CRASH_EXCEPTION, tiny);
    if (exception.frames?.length)
      made['frames'] = exception.frames.slice(-4).map((frame) => only(frame, CRASH_FRAME, tiny));
    return made;
  });
  if (has(report, 'truncated')) crash['truncated'] = stepsIn(report);
  return canonical(crash) === canonical(report) ? report : (crash as Report);
}

function only(part: object, names: readonly string[], change: (value: unknown) => unknown): Mapping {
  const kept = Object.entries(part).filter(([key]) => names.includes(key));
  return Object.fromEntries(kept.map(([key, value]) => [key, change(value)]));
}

function tiny(value: unknown): unknown {
  if (typeof value === 'string') return cut(value, 60);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return only(value, CRASH_INNER, tiny);
}

const STEPS: ReadonlyMap<string, Step> = new Map([
  ['breadcrumbs', lastOf('breadcrumbs', 20)],
  ['logs', lastOf('logs', 50)],
  ['unknown keys', dropUnknown],
  ['dependencies', drop('dependencies')],
  ['context lines', dropOfFrames('pre_context', 'post_context')],
  ['all breadcrumbs', drop('breadcrumbs')],
  ['log messages', shortenLogs],
  ['contexts', drop('contexts')],
  ['locals', dropOfFrames('locals')],
  ['request data', dropRequestData],
  ['frames', shortenFrames],
  ['exceptions', firstExceptions],
  ['all logs', drop('logs')],
  ['messages', shortenMessages],
  ['tags', drop('tags')],
  ['all but the crash', keepTheCrash],
]);
