/** What a report says of a request (rule R7), and whose fault an error is. */
import { plain } from '../plain.js';
import type { Asked } from '../scope.js';
import { state } from '../state.js';
import type { RequestData } from '../values.js';

/** UTF-16 units; what is longer would be cut before it is redacted anyway (rule X11). */
const MOST_BODY = 200_002;
const MOST_FIELDS = 200;

/** The parts of `http.IncomingMessage` that are read. */
export interface Incoming {
  method?: string;
  url?: string;
  headers?: { [name: string]: unknown };
}

/** What an integration knows of a request; the parts that only some users want are asked for when they do. */
export interface Known {
  readonly method: unknown;
  /** Path and query, as they stand in the first line of the request. */
  readonly target: unknown;
  readonly route?: unknown;
  readonly headers?: unknown;
  /** What the framework already read: never read from the connection. */
  readonly body?: () => unknown;
}

/** The request as a report holds it. */
export function describe(known: Known): ReturnType<Asked> {
  const target = typeof known.target === 'string' ? known.target : '';
  const [path = '', query = ''] = splitOnce(target.replace(/^https?:\/\/[^/?#]{0,300}/i, ''), '?');
  const told: RequestData & { trace_id?: string } = { method: text(known.method), path };
  if (typeof known.route === 'string' && known.route) told.route = known.route;
  const traceId = traceOf(headerOf(known.headers, 'traceparent'));
  if (traceId) told.trace_id = traceId;
  const options = state.client?.options;
  if (options?.includeQuery && query) told.query = queryOf(query);
  if (options?.includeHeaders) told.headers = headersOf(known.headers);
  const body = options?.includeBody ? bodyOf(known.body?.()) : undefined;
  if (body !== undefined) told.body = body;
  return told;
}

/** A status that says that the client is wrong, and no error of the app's. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  return status >= 400 && status < 500;
}

/** Under which status an error is answered, where it says so itself; else 0. */
export function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 0;
  for (const name of ['status', 'statusCode']) {
    try {
      const told = (error as { [name: string]: unknown })[name];
      if (typeof told === 'number') return told;
    } catch {
      // The app's own getter.
    }
  }
  return 0;
}

/** Hands an error to the running client, unless it is a refusal. */
export function capture(error: unknown, mechanism: string, request?: Asked): void {
  if (isRefusal(error)) return;
  state.client?.capture(error, { mechanism, request });
}

/** The trace id of a `traceparent` header, else "". */
export function traceOf(header: unknown): string {
  if (typeof header !== 'string') return '';
  const found = /^[ \t]{0,10}([0-9a-f]{2})-([0-9a-f]{32})-/.exec(header.slice(0, 100));
  return found && found[1] !== 'ff' && !/^0{32}$/.test(found[2] as string) ? (found[2] as string) : '';
}

/** A header of a plain mapping, or of a `Headers`. */
export function headerOf(headers: unknown, name: string): unknown {
  if (typeof headers !== 'object' || headers === null) return undefined;
  if (typeof (headers as Headers).get === 'function') return (headers as Headers).get(name) ?? undefined;
  return (headers as { [name: string]: unknown })[name];
}

/** The part of a `Headers` that is used; its type is the browsers'. */
interface Headers {
  get(name: string): string | null;
  forEach(each: (value: string, name: string) => void): void;
}

function headersOf(headers: unknown): { [name: string]: string } {
  const found: [string, string][] = [];
  if (typeof headers !== 'object' || headers === null) return {};
  if (typeof (headers as Headers).forEach === 'function') {
    (headers as Headers).forEach((value, name) => found.push([name, value]));
  } else {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) found.push([name, Array.isArray(value) ? value.join(', ') : text(value)]);
    }
  }
  return Object.fromEntries(found.slice(0, MOST_FIELDS));
}

function queryOf(query: string): { [name: string]: string } {
  const told = new Map<string, string>();
  const fields = query.slice(0, MOST_BODY).split('&', MOST_FIELDS).join('&');
  new URLSearchParams(fields).forEach((value, name) => {
    const before = told.get(name);
    told.set(name, before === undefined ? value : `${before}, ${value}`);
  });
  return Object.fromEntries(told);
}

function bodyOf(held: unknown): string | undefined {
  if (held === undefined || held === null) return undefined;
  if (typeof held === 'string') return held.slice(0, MOST_BODY);
  if (ArrayBuffer.isView(held)) return bytesOf(held);
  if (typeof held !== 'object') return String(held);
  if (Object.keys(held).length === 0) return undefined;
  return JSON.stringify(plain(held)).slice(0, MOST_BODY);
}

function bytesOf(held: ArrayBufferView): string {
  const bytes = new Uint8Array(held.buffer, held.byteOffset, Math.min(held.byteLength, MOST_BODY));
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: held.byteLength > MOST_BODY });
  } catch {
    return `bytes(${held.byteLength})`;
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** What is before the first `at`, and what is behind it. */
export function splitOnce(whole: string, at: string): [string, string] {
  const found = whole.indexOf(at);
  return found < 0 ? [whole, ''] : [whole.slice(0, found), whole.slice(found + at.length)];
}
