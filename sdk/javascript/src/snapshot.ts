/**
 * What an error is: first only what tells errors apart, then, for a new one, all of it. Nothing of the app is kept.
 *
 * Properties are read as printing an error would read them; one that throws is as if it were not there.
 */
import { sha256 } from './digest.js';
import type { Frames } from './frames/index.js';
import { UNPRINTABLE } from './onelevel.js';
import { className, textOf } from './plain.js';
import { SPEAKING_MESSAGES } from './signature/canonical.js';
import { state } from './state.js';
import { framesOf, printedSites, readFrames } from './stack.js';
import type { Exception, Relation } from './values.js';

const MOST_EXCEPTIONS = 200;
const MOST_MESSAGE = 200_002; // UTF-16 units; X11 wants to know that there were more than 100,000 code points
const MOST_STACK = 1_000_000;
const MOST_KEY = 5_000;
/** Names that say only what kind of error the language made. */
const NATIVE = new Set(['Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError']);

/** One error of a chain while it is read. */
export interface Link {
  readonly type: string;
  readonly message: string;
  readonly relation: Relation;
  readonly parent: number;
  /** The lines of its frames as they are printed. */
  readonly lines: string;
}

/** R3: depth first, the cause before the members, each error once. */
export function linksOf(thrown: unknown): Link[] {
  const links: Link[] = [];
  const seen = new Set<unknown>();
  const waiting: [unknown, Relation, number][] = [[thrown, 'surfaced', -1]];
  while (waiting.length > 0 && links.length < MOST_EXCEPTIONS) {
    const [each, relation, parent] = waiting.pop() as [unknown, Relation, number];
    if (seen.has(each)) continue;
    if (isObject(each)) seen.add(each);
    const index = links.push(link(each, relation, parent)) - 1;
    const members = membersOf(each);
    for (const member of members.reverse()) waiting.push([member, 'member', index]);
    const cause = causeOf(each);
    if (cause !== undefined) waiting.push([cause, 'cause', index]);
  }
  return links;
}

function link(thrown: unknown, relation: Relation, parent: number): Link {
  if (!isError(thrown)) return { type: kindOf(thrown), message: messageOfValue(thrown), relation, parent, lines: '' };
  const told = get(thrown, 'message') ?? '';
  const message = textOf(told).slice(0, MOST_MESSAGE);
  const lines = linesOf(thrown, typeof told === 'string' ? told : message);
  return { type: typeOf(thrown), message, relation, parent, lines };
}

function linesOf(error: object, message: string): string {
  const stack = get(error, 'stack');
  if (typeof stack === 'string') return framesOf(stack, message).slice(0, MOST_STACK);
  return tried(() => (Array.isArray(stack) ? printedSites(stack) : '')) ?? '';
}

/** As Node prints it: by its class where its name is the language's. */
export function typeOf(error: object): string {
  const told = get(error, 'name');
  const name = typeof told === 'string' && told ? told.slice(0, 5_000) : 'Error';
  if (!NATIVE.has(name)) return name;
  const made = ownClass(error);
  // What a minifier calls a class is another name in each build.
  return made.length > 3 ? made : name;
}

function ownClass(error: object): string {
  return tried(() => className(error)) ?? '';
}

/** What a look into an object gives; undefined where it throws: a proxy of the app's. */
function tried<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** A thrown value that is no error: `String`, `Object`, `Null`. */
function kindOf(value: unknown): string {
  if (value === null) return 'Null';
  if (typeof value === 'object') return ownClass(value) || 'Object';
  const kind = typeof value;
  return kind[0]?.toUpperCase() + kind.slice(1);
}

function messageOfValue(value: unknown): string {
  const told = isObject(value) ? get(value, 'message') : undefined;
  if (typeof told === 'string' && told) return told.slice(0, MOST_MESSAGE);
  return value === undefined ? 'undefined' : textOf(value).slice(0, MOST_MESSAGE);
}

/** Whether it is an error, of whatever realm and library. */
export function isError(value: unknown): value is object {
  if (!isObject(value)) return false;
  try {
    if (value instanceof Error || Object.prototype.toString.call(value) === '[object Error]') return true;
  } catch {
    return false;
  }
  return typeof get(value, 'stack') === 'string' && typeof get(value, 'message') === 'string';
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** The error it was made of; any other value is told by nothing but its printing. */
function causeOf(error: unknown): object | undefined {
  if (!isError(error)) return undefined;
  const cause = get(error, 'cause') ?? (get(error, 'name') === 'SuppressedError' ? get(error, 'error') : undefined);
  return isError(cause) ? cause : undefined;
}

function membersOf(error: unknown): object[] {
  if (!isError(error) || !/AggregateError$/.test(typeOf(error))) return [];
  const errors = get(error, 'errors');
  const members: unknown[] = [];
  tried(() => {
    if (!Array.isArray(errors)) return;
    for (let at = 0; at < errors.length && at < MOST_EXCEPTIONS; at += 1) members.push(errors[at]);
  });
  return members.filter(isError);
}

/** A property as the app would read it; undefined where that fails. */
export function get(holder: object, key: string): unknown {
  try {
    return (holder as { [key: string]: unknown })[key];
  } catch {
    return key === 'message' ? UNPRINTABLE : undefined;
  }
}

/** The chain as the signature wants it: paths as the runtime gives them (rule R2). */
export function exceptionsOf(links: readonly Link[], frames: Frames): Exception[] {
  return links.map(({ type, message, relation, parent, lines }) => ({
    type,
    message,
    relation,
    parent: parent < 0 ? null : parent,
    frames: readFrames(lines)
      .filter((each) => !isOurs(each.path))
      .map((each) => ({ ...each, in_app: frames.inApp(each.path) })),
  }));
}

function isOurs(path: string): boolean {
  const { ours } = state.platform;
  return ours !== undefined && path.startsWith(ours);
}

/** What two errors of one bug share in one process, and whether messages are part of it where no frame is the app's. */
export function keyOf(links: readonly Link[], withMessages: boolean): string {
  const parts: string[] = [];
  for (const { type, message, relation, parent, lines } of links) {
    parts.push(type, relation, String(parent), lines);
    if (withMessages || SPEAKING_MESSAGES.some((each) => message.startsWith(each))) parts.push(message.slice(0, MOST_KEY));
  }
  const key = parts.join('\u0000');
  return key.length > MOST_KEY * 2 ? sha256(key) : key;
}

/**
 * The frames of the calls that led to a function of ours, without ours: for what has none (rule R4). `depth` says how
 * many of ours there are, this one included.
 */
export function stackAbove(ours: (...args: never[]) => unknown, depth: number): string {
  const held: { stack?: string } = {};
  const capture = (Error as { captureStackTrace?: (held: object, above: unknown) => void }).captureStackTrace;
  // Firefox has none.
  if (capture === undefined) return (new Error().stack ?? '').split('\n').slice(depth).join('\n');
  capture(held, ours);
  return linesOf(held, '');
}
