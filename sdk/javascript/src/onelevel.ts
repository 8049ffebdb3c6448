/**
 * A value of any kind, one level of it, as plain data: null, boolean, number, text, list or mapping (L3). Runs none of
 * the app's code: no getter, no `toJSON`, no `toString`. A proxy cannot be told from what it stands for.
 */
import { compare } from './codepoints.js';
import { put, type Mapping } from './mapping.js';

/** Entries of a container that are handed on: one more than L3 shows, so that it sees that there are more. */
const MAX_ENTRIES = 101;
/** Keys of a mapping that are looked at to find the first in order. */
const MAX_KEYS = 10_000;
/** Longer prints are cut here. */
const MAX_PRINTED = 100_000;
const MAX_PROTOTYPES = 100;

export const UNPRINTABLE = '[unprintable]';
export const CYCLE = '[cycle]';

/** A plain value; a container's entries are as they came, the first 101, a mapping's in order of its keys. */
export function oneLevel(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'undefined':
      return null;
    default:
      if (value === null) return null;
  }
  try {
    return typeof value === 'object' ? ofObject(value as object) : printed(value);
  } catch {
    return UNPRINTABLE;
  }
}

function ofObject(value: object): unknown {
  if (Array.isArray(value)) return ofArray(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return ofMapping(value);
  if (isA<Map<unknown, unknown>>(value, Map)) {
    return sorted(taken(Map.prototype.entries.call(value)).map(([key, each]) => [keyOf(key), each]));
  }
  if (isA<Set<unknown>>(value, Set)) return taken(Set.prototype.values.call(value)).slice(0, MAX_ENTRIES);
  if (ArrayBuffer.isView(value)) return `bytes(${value.byteLength})`;
  if (isA(value, ArrayBuffer)) return `bytes(${value.byteLength})`;
  if (isA(value, String)) return String.prototype.valueOf.call(value);
  if (isA(value, Number)) return oneLevel(Number.prototype.valueOf.call(value));
  if (isA(value, Boolean)) return Boolean.prototype.valueOf.call(value);
  return printedObject(value) ?? ofMapping(value);
}

function ofArray(values: readonly unknown[]): unknown[] {
  const made: unknown[] = [];
  for (let at = 0; at < values.length && at < MAX_ENTRIES; at += 1) made.push(dataOf(values, String(at)));
  return made;
}

/** The enumerable properties of its own, under names that are texts. */
function ofMapping(value: object): Mapping {
  return sorted(
    Object.keys(value)
      .slice(0, MAX_KEYS)
      .map((key) => [key, dataOf(value, key)]),
  );
}

function sorted(entries: [string, unknown][]): Mapping {
  const made: Mapping = {};
  entries.sort(([one], [other]) => compare(one, other));
  for (const [key, each] of entries.slice(0, MAX_ENTRIES)) put(made, key, each);
  return made;
}

function keyOf(key: unknown): string {
  const plain = oneLevel(key);
  return typeof plain === 'object' && plain !== null ? `[object ${className(key as object)}]` : String(plain);
}

/** What the language prints for what has no parts; undefined for what has. */
function printedObject(value: object): string | undefined {
  if (isA(value, Date)) {
    const time = Date.prototype.getTime.call(value);
    return Number.isFinite(time) ? Date.prototype.toISOString.call(value) : 'Invalid Date';
  }
  if (isA(value, RegExp)) return RegExp.prototype.toString.call(value).slice(0, MAX_PRINTED);
  if (isA(value, Error)) {
    const message = dataOf(value, 'message');
    return (className(value) + (typeof message === 'string' && message ? `: ${message}` : '')).slice(0, MAX_PRINTED);
  }
  if (isA(value, Promise) || isA(value, WeakMap) || isA(value, WeakSet)) return `[${className(value)}]`;
  return undefined;
}

function printed(value: unknown): string {
  if (typeof value === 'bigint') return BigInt.asIntN(4_000, value) === value ? `${value}n` : UNPRINTABLE;
  if (typeof value === 'symbol') return `Symbol(${value.description ?? ''})`.slice(0, MAX_PRINTED);
  const name = dataOf(value as object, 'name');
  return typeof name === 'string' && name ? `[Function: ${name.slice(0, MAX_PRINTED)}]` : '[Function (anonymous)]';
}

/** As `instanceof`; what comes from another realm (a `vm` context, a frame) is told by the names of its classes. */
function isA<Kind extends object>(
  value: object,
  kind: { readonly name: string; readonly prototype: Kind },
): value is Kind {
  if (value instanceof Object) return Object.prototype.isPrototypeOf.call(kind.prototype, value);
  return classNames(value).includes(kind.name);
}

function className(value: object): string {
  return classNames(value).find((name) => name !== '') ?? 'Object';
}

/** The names of the class of an object and of those above it, by what its prototypes say. */
function classNames(value: object): string[] {
  const names: string[] = [];
  let holder = Object.getPrototypeOf(value) as object | null;
  for (let depth = 0; holder !== null && depth < MAX_PROTOTYPES; depth += 1) {
    const maker = Object.getOwnPropertyDescriptor(holder, 'constructor')?.value as unknown;
    const name = typeof maker === 'function' ? dataOf(maker, 'name') : undefined;
    if (typeof name === 'string') names.push(name);
    holder = Object.getPrototypeOf(holder) as object | null;
  }
  return names;
}

/** The value of an own property; null where there is none. */
function dataOf(holder: object, key: string): unknown {
  const found = Object.getOwnPropertyDescriptor(holder, key);
  if (found === undefined) return null;
  return 'value' in found ? (found.value as unknown) : '[Getter]';
}

function taken<Value>(values: Iterator<Value>): Value[] {
  const made: Value[] = [];
  for (let next = values.next(); !next.done && made.length < MAX_KEYS; next = values.next()) made.push(next.value);
  return made;
}
