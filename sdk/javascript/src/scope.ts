/**
 * What is known when an error comes: the request being answered, tags, contexts, breadcrumbs, and the last log records.
 *
 * A scope belongs to one request; outside of requests there is one for the process. What an app gives is turned into
 * plain data at once: no value of the app is kept.
 */
import { iso } from './clock.js';
import { put } from './mapping.js';
import { wall } from './originals.js';
import { plain, textOf } from './plain.js';
import { state } from './state.js';
import type { Entry, Report, RequestData } from './values.js';
import { kindOf, warn } from './warn.js';

export const MOST_RECORDS = 200;
export const MOST_CRUMBS = 100;
const MOST_NAMES = 100; // as many entries as L3.4 lets through
/** What all log records may have together, in UTF-16 units, and one of them (rule X11: more than 100,000). */
const MOST_TEXT = 600_000;
const MOST_A_TEXT = 200_002;

/** What a request says of itself when an error comes. */
export type Asked = () => RequestData & { trace_id?: string };

/** A request, and what was set while it was answered. */
export interface Held {
  readonly request?: Asked;
  scope?: Scope;
}

export interface Crumb {
  readonly time: number;
  readonly message: string;
  readonly category: string;
  readonly level: string;
  readonly data: Data | undefined;
}

export interface LogRecord {
  readonly time: number;
  readonly level: string;
  readonly logger: string;
  readonly message: string;
}

type Data = { [key: string]: unknown };

/** What was set for one request, or for the process. */
export interface Scope {
  readonly tags: Map<string, string>;
  readonly contexts: Map<string, unknown>;
  readonly crumbs: Crumb[];
}

/** What was known: keys of the report, not yet redacted and not yet written out. */
export interface Told {
  readonly request?: RequestData;
  readonly traceId?: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly contexts: ReadonlyMap<string, unknown>;
  readonly crumbs: readonly Crumb[];
  readonly records: readonly LogRecord[];
  level?: string;
}

/** Runs `work` as the answering of a request, which is asked about itself when an error comes. */
export function within<Result>(request: Asked | undefined, work: () => Result): Result {
  return state.storage === undefined ? work() : state.storage.run({ request }, work);
}

/** The request's scope, else the process's. */
function current(): Scope {
  const held = state.storage?.getStore();
  if (held !== undefined) return (held.scope ??= fresh());
  return (state.scope ??= fresh());
}

function fresh(): Scope {
  return { tags: new Map(), contexts: new Map(), crumbs: [] };
}

/** Both as texts; null takes the tag away. */
export function setTag(name: unknown, value: unknown): void {
  set(current().tags, name, value, textOf);
}

/** A value of any shape under a name; null takes it away. */
export function setContext(name: unknown, value: unknown): void {
  set(current().contexts, name, value, plain);
}

function set<Value>(values: Map<string, Value>, name: unknown, value: unknown, read: (value: unknown) => Value): void {
  const key = textOf(name).slice(0, 200);
  if (value === null || value === undefined) values.delete(key);
  else if (values.has(key) || values.size < MOST_NAMES) values.set(key, read(value));
}

/** What the app did; the last MOST_CRUMBS of a request are kept. */
export function addBreadcrumb(message: unknown, category: unknown, level: unknown, data: unknown): void {
  const { crumbs } = current();
  const held = data === undefined || data === null ? undefined : plain(data);
  const isData = typeof held === 'object' && held !== null && !Array.isArray(held);
  crumbs.push({
    time: wall(),
    message: textOf(message),
    category: textOf(category ?? ''),
    level: textOf(level ?? ''),
    data: held === undefined ? undefined : isData ? (held as Data) : { value: held },
  });
  if (crumbs.length > MOST_CRUMBS) crumbs.shift();
}

/** Keeps a log record; the last ones, bounded in number and in text. */
export function addRecord(level: string, logger: string, message: string): void {
  const { records } = state;
  records.push({ time: wall(), level, logger, message: message.slice(0, MOST_A_TEXT) });
  state.recorded += Math.min(message.length, MOST_A_TEXT);
  while (records.length > MOST_RECORDS || (state.recorded > MOST_TEXT && records.length > 1)) {
    state.recorded -= records.shift()?.message.length ?? 0;
  }
}

/** What is known now. A request of the caller's own goes before the one being answered. */
export function gather(request?: Asked): Told {
  const held = state.storage?.getStore();
  const scope = held === undefined ? undefined : held.scope;
  const asked = request ?? held?.request;
  const told = asked === undefined ? undefined : answered(asked);
  const { trace_id: traceId, ...rest } = told ?? {};
  return {
    request: told === undefined ? undefined : rest,
    traceId,
    tags: new Map([...(state.scope?.tags ?? []), ...(scope?.tags ?? [])]),
    contexts: new Map([...(state.scope?.contexts ?? []), ...(scope?.contexts ?? [])]),
    crumbs: (held === undefined ? state.scope : scope)?.crumbs.slice() ?? [],
    records: state.records.slice(),
  };
}

function answered(asked: Asked): ReturnType<Asked> | undefined {
  try {
    return plain(asked()) as ReturnType<Asked>;
  } catch (error) {
    warn(`the request could not be read (${kindOf(error)}): reports go without it`, 'request');
    return undefined;
  }
}

/** Keys of the report, of what `gather` gave: for the worker. */
export function readable(told: Told): Partial<Report> {
  const made: Partial<Report> = {};
  if (told.request && Object.keys(told.request).length > 0) made.request = told.request;
  if (told.traceId) made.trace_id = told.traceId;
  if (told.tags.size > 0) made.tags = mapping(told.tags);
  if (told.contexts.size > 0) made.contexts = mapping(told.contexts);
  if (told.crumbs.length > 0) made.breadcrumbs = told.crumbs.map(entry);
  if (told.records.length > 0) made.logs = told.records.map(entry);
  if (told.level) made.level = told.level;
  return made;
}

function mapping<Value>(values: ReadonlyMap<string, Value>): { [key: string]: Value } {
  const made: { [key: string]: Value } = {};
  for (const [key, value] of values) put(made, key, value);
  return made;
}

function entry(noted: Crumb | LogRecord): Entry {
  const { time, ...rest } = noted;
  const kept = Object.entries(rest).filter(([key, value]) => key === 'message' || value);
  return { time: iso(time), ...Object.fromEntries(kept) };
}

/** A new start: what was set outside of requests goes, and the log records. */
export function forget(): void {
  state.scope = undefined;
  state.records.length = 0;
  state.recorded = 0;
}
