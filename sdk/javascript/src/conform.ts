/**
 * R9: a report back from its text; and one that the app changed (`beforeSend`) or another process sent, back in the
 * shape of `sdk/report.schema.json`. The engine refuses a report with one wrong value in it, so what does not fit goes,
 * and the rest stays.
 */
import { isMapping, own, put, type Mapping } from './mapping.js';
import type { Exception, Report } from './values.js';

export const SCHEMA = 'splat-report/1';
const RUNTIMES = ['python', 'javascript', 'go', 'ruby', 'php'];
const SIGNATURE = /^(?:[0-9a-f]{16})?$/;
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/;
/** What is nested deeper cannot be walked through; nothing that an SDK writes is. */
const MAX_DEPTH = 200;

/** The report in a JSON text. Throws an Error that names the place as a JSON path for what R9 refuses. */
export function readBack(text: string): Report {
  return checked(parsed(text));
}

/** The same for what was parsed already. */
export function checked(report: unknown): Report {
  if (!isMapping(report)) return refuse('$', 'not one JSON object');
  if (isDeeper(report, MAX_DEPTH)) return refuse('$', 'nested too deeply');
  if (own(report, 'schema') !== SCHEMA) refuse('$.schema', `the schema is not ${SCHEMA}`);
  if (!RUNTIMES.includes(own(report, 'runtime') as string)) {
    refuse('$.runtime', `the runtime is none of ${RUNTIMES.join(', ')}`);
  }
  const exceptions = own(report, 'exceptions');
  if (!Array.isArray(exceptions) || exceptions.length === 0) refuse('$.exceptions', 'there is no exception');
  (exceptions as unknown[]).forEach((exception, index) => {
    if (!isMapping(exception) || typeof own(exception, 'type') !== 'string') {
      refuse(`$.exceptions[${index}]`, 'an exception is an object with a text `type`');
    }
  });
  const signature = own(report, 'signature') ?? '';
  if (report['signature'] === null || typeof signature !== 'string' || !SIGNATURE.test(signature)) {
    refuse('$.signature', 'a signature is 16 lower-case hexadecimal digits');
  }
  return report as Report;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words quote the text.
    return refuse('$', 'not JSON');
  }
}

function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return most === 0 || Object.values(value).some((each) => isDeeper(each, most - 1));
}

function refuse(where: string, what: string): never {
  throw new Error(`${where}: ${what}`);
}

/** A value that fits, or GONE. */
type Check = (value: unknown) => unknown;

const GONE = Symbol('gone');

/**
 * `report` without what its schema does not allow. Throws an Error when no exception is left in it. Texts may be longer
 * than the schema says: limits follow (L). Whole numbers where texts belong become texts.
 */
export function conform(report: unknown): Report {
  const made = REPORT(report);
  if (made === GONE) refuse('$', 'not one object');
  const conformed = made as Report;
  if (!conformed.exceptions?.length) refuse('$.exceptions', 'there is no exception');
  // A parent stands before what hangs on it; where one went, the numbers no longer tell which.
  const moved = conformed.exceptions.length !== (own(report as object, 'exceptions') as unknown[]).length;
  conformed.exceptions.forEach((each: Exception, index) => {
    if (typeof each.parent === 'number' && (moved || each.parent >= index)) each.parent = null;
  });
  return conformed;
}

const text: Check = (value) => {
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(value) ? String(value) : GONE;
};
const path: Check = (value) => (typeof value === 'string' ? value.replace(/\0/g, '\ufffd') : GONE);
const time: Check = (value) => (typeof value === 'string' && TIME.test(value) ? value : GONE);
const truth: Check = (value) => (typeof value === 'boolean' ? value : GONE);
const anything: Check = (value) => (value === undefined ? GONE : value);

function orNothing(check: Check): Check {
  return (value) => (value === null ? null : check(value));
}

function whole(least: number, most: number): Check {
  return (value) => (Number.isInteger(value) && (value as number) >= least && (value as number) <= most ? value : GONE);
}

function oneOf(...allowed: string[]): Check {
  return (value) => (allowed.includes(value as string) ? value : GONE);
}

function list(check: Check, most: number): Check {
  return (value) => {
    if (!Array.isArray(value)) return GONE;
    return Array.from(value as unknown[], check)
      .filter((each) => each !== GONE)
      .slice(0, most);
  };
}

/** Of texts to what `check` lets through, the first `most`. */
function mapping(check: Check, most: number): Check {
  return (value) => {
    if (!isMapping(value)) return GONE;
    const checked = Object.entries(value).map(([key, each]): [string, unknown] => [key, check(each)]);
    return Object.fromEntries(checked.filter(([, each]) => each !== GONE).slice(0, most));
  };
}

function object(
  checks: Readonly<Record<string, Check>>,
  required: readonly string[] = [],
  others: Check = () => GONE,
): Check {
  return (value) => {
    if (!isMapping(value)) return GONE;
    const made: Mapping = {};
    for (const [key, each] of Object.entries(value)) {
      const checked = ((own(checks, key) as Check | undefined) ?? others)(each);
      if (checked !== GONE) put(made, key, checked);
    }
    return required.every((name) => own(made, name) !== undefined) ? made : GONE;
  };
}

const LINE = orNothing(whole(1, 999_999_999));
const LINES = orNothing(list(text, 50));
const TEXTS = mapping(orNothing(text), 1_000);
const FRAME = object(
  {
    path,
    line: LINE,
    column: LINE,
    function: orNothing(text),
    in_app: truth,
    source: orNothing(text),
    pre_context: LINES,
    post_context: LINES,
    locals: orNothing(mapping(text, 500)),
  },
  ['path'],
);
const EXCEPTION = object(
  {
    type: text,
    message: text,
    frames: list(FRAME, 2_000),
    relation: oneOf('surfaced', 'cause', 'context', 'member'),
    parent: orNothing(whole(0, 199)),
  },
  ['type'],
);
const ENTRY = { time, level: text, message: text };
const REPORT = object(
  {
    exceptions: list(EXCEPTION, 200),
    sdk: object({ name: text, version: text }, ['name', 'version']),
    dependencies: mapping(text, 2_000),
    deploy: object({ id: text, time }),
    request: object({ method: text, route: text, path: text, query: TEXTS, headers: TEXTS, body: orNothing(text) }),
    logs: list(object({ ...ENTRY, logger: text }, ['message']), 500),
    breadcrumbs: list(object({ ...ENTRY, category: text, data: mapping(anything, 1_000) }), 500),
    contexts: mapping(anything, 1_000),
    tags: TEXTS,
    occurrences: object({ count: whole(1, 999_999_999_999_999), first_seen: time, last_seen: time }, ['count']),
    truncated: list(text, 100),
    time,
    id: text,
    service: text,
    environment: text,
    release: text,
    root: text,
    signature: text,
    runtime_version: text,
    platform: text,
    trace_id: text,
  },
  [],
  anything,
);
