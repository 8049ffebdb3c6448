/**
 * How the value of an option is read, from an argument, package.json or a variable. Each function gives the value in
 * the option's own type, or throws a `Wrong` with the words that complete `<option> …`.
 */
import { isLonger, length } from './codepoints.js';
import { iso, milliseconds } from './clock.js';
import { redactText } from './redact/index.js';
import { className } from './plain.js';
import type { Transport } from './values.js';

const ON = ['1', 'true', 'yes', 'on'];
const OFF = ['0', 'false', 'no', 'off'];
const MOST = 1_000;
const LONGEST_LABEL = 50;
export const TRANSPORTS = ['github', 'http', 'file', 'console', 'none'];

/** The value cannot be used; the message says what it should be. */
export class Wrong extends Error {}

/** A class of errors, or the name of one. */
export type Ignored = string | (abstract new (...args: never[]) => unknown);

/** One line without control characters. */
export function text(value: unknown): string {
  // eslint-disable-next-line no-control-regex
  if (typeof value !== 'string' || isLonger(value, MOST) || /[\u0000-\u001f]/.test(value)) {
    throw new Wrong(`should be one line of text of at most ${MOST} characters, not ${shown(value)}`);
  }
  return value.trim();
}

/** `owner/name`, also out of an address of it. */
export function repository(value: unknown): string {
  let name = text(value).replace(/\/{1,1000}$/, '');
  const start = ['https://', 'http://', 'ssh://', 'git@'].find((each) => name.startsWith(each));
  if (start !== undefined) {
    // What a clone was made with may hold a user and a token.
    const address = name.slice(start.length);
    const rest = address.slice(address.lastIndexOf('@') + 1).replace(/:/g, '/');
    name = rest.slice(rest.includes('/') ? rest.indexOf('/') + 1 : rest.length);
  }
  if (name.endsWith('.git')) name = name.slice(0, -4);
  const parts = name.split('/');
  if (parts.length !== 2 || !parts.every((part) => /^[0-9A-Za-z_.-]+$/.test(part) && !/^\.+$/.test(part))) {
    throw new Wrong(`should be owner/name, not ${shown(value)}`);
  }
  return name;
}

/** A credential; what is said of a wrong one never shows it. */
export function token(value: unknown): string {
  const told = typeof value === 'string' ? value.trim() : '';
  if (!/^[!-~]+$/.test(told)) throw new Wrong('should be one word of visible ASCII characters');
  return told;
}

/** An http or https address, without a slash at its end. */
export function url(value: unknown): string {
  const told = typeof value === 'string' ? value.trim().replace(/\/{1,1000}$/, '') : '';
  if (!/^https?:\/\/[!-~]+$/i.test(told)) {
    throw new Wrong('should be an address that begins with https:// (or http://)');
  }
  return told;
}

/** As `url`; in the clear only on this machine, for the token goes there. */
export function apiUrl(value: unknown): string {
  const told = url(value);
  const host = (told.slice(told.indexOf('://') + 3).split('/')[0] ?? '').replace(/^.*@/, '').replace(/:[0-9]{1,5}$/, '');
  if (/^http:/i.test(told) && host !== 'localhost' && host !== '[::1]' && !host.startsWith('127.')) {
    throw new Wrong('should begin with https://, since the token goes there');
  }
  return told;
}

/** A path, as text or as a `file:` URL. */
export function folder(value: unknown): string {
  const told = value instanceof URL && value.protocol === 'file:' ? value.href : value;
  if (typeof told !== 'string' || !told.trim() || told.includes('\0')) {
    throw new Wrong(`should be the path of a folder, not ${shown(value)}`);
  }
  return told;
}

/** Paths: a list, or a text with commas between. */
export function folders(value: unknown): string[] {
  return (value instanceof URL ? [value] : several(value)).map(folder);
}

/** Texts: a list, or one text with commas between; each once. */
export function texts(value: unknown): string[] {
  return [...new Set(several(value).map(text).filter(Boolean))];
}

function label(value: unknown): string {
  const name = text(value);
  if (length(name) > LONGEST_LABEL) {
    throw new Wrong(`should be names of at most ${LONGEST_LABEL} characters, not ${shown(value)}`);
  }
  return name;
}

/** Names of labels: a list, or one text with commas between; each once. */
export function labels(value: unknown): string[] {
  return [...new Set(several(value).map(label).filter(Boolean))];
}

/** A label of its own: `splat` is on every issue from the start, so that it would start everything at once. */
export function trigger(value: unknown): string {
  const name = label(value);
  if (name.toLowerCase() === 'splat') throw new Wrong('should be another label than splat, which every issue has');
  return name;
}

/** Numeric ids: a list, one number, or a text with commas between. */
export function numbers(value: unknown): number[] {
  const found = typeof value === 'number' ? [value] : several(value);
  const made = found.map((each) => (typeof each === 'string' ? Number(each || NaN) : each));
  if (!made.every((each): each is number => Number.isSafeInteger(each) && (each as number) > 0)) {
    throw new Wrong(`should be the numeric ids of accounts, not ${shown(value)}`);
  }
  return made;
}

/** True or false, or a word for it. */
export function flag(value: unknown): boolean {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (word === true || word === 1 || ON.includes(word as string)) return true;
  if (word === false || word === 0 || OFF.includes(word as string)) return false;
  throw new Wrong(`should be true or false, not ${shown(value)}`);
}

/** A number from 0 to 1. */
export function share(value: unknown): number {
  const number = numberOf(value);
  if (!(number >= 0 && number <= 1)) throw new Wrong(`should be a number from 0 to 1, not ${shown(value)}`);
  return number;
}

/** A number from 0 to 60. */
export function seconds(value: unknown): number {
  const number = numberOf(value);
  if (!(number >= 0 && number <= 60)) throw new Wrong(`should be a number of seconds from 0 to 60, not ${shown(value)}`);
  return number;
}

function numberOf(value: unknown): number {
  return typeof value === 'string' && value.trim() ? Number(value) : typeof value === 'number' ? value : NaN;
}

/** A time as reports have it; from a text in that form, a `Date`, or milliseconds since the epoch. */
export function moment(value: unknown): string {
  try {
    if (value instanceof Date) return iso(Date.prototype.getTime.call(value));
    if (typeof value === 'number') return iso(value);
    const told = text(value);
    return iso(milliseconds(told.length > 20 ? told : told.replace('Z', '.000Z')));
  } catch {
    throw new Wrong(`should be a time like 2026-11-21T07:00:00Z, not ${shown(value)}`);
  }
}

/** Something that can be called. */
export function callable(value: unknown): (...args: never[]) => unknown {
  if (typeof value !== 'function') throw new Wrong(`should be a function, not ${shown(value)}`);
  return value as (...args: never[]) => unknown;
}

/** Classes of errors, or their names (`RangeError`, `OutOfStock`). */
export function ignored(value: unknown): Ignored[] {
  return (typeof value === 'function' ? [value] : several(value)).map((each) => {
    if (typeof each === 'function') return each as Ignored;
    if (typeof each !== 'string' || !/^[\p{L}\p{Nl}$_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}$_.]{0,200}$/u.test(each.trim())) {
      throw new Wrong(`should be classes of errors or their names, not ${shown(each)}`);
    }
    return each.trim();
  });
}

/** The name of one of ours, or an object with `send` and `close`. */
export function transport(value: unknown): string | Transport {
  if (typeof value === 'string') return wordOf(value, TRANSPORTS);
  const held = value as Partial<Transport> | null;
  if (typeof held !== 'object' || held === null || typeof held.send !== 'function' || typeof held.close !== 'function') {
    throw new Wrong(`should be one of ${TRANSPORTS.join(', ')}, or an object with send and close`);
  }
  return held as Transport;
}

/** Reads one of these words. */
export function oneOf(...words: string[]): (value: unknown) => string {
  return (value) => wordOf(value, words);
}

/** Reads any of these words; none at all as an empty list or `none`. */
export function someOf(...words: string[]): (value: unknown) => string[] {
  return (value) => {
    const found = several(value);
    return found.length === 1 && found[0] === 'none' ? [] : [...new Set(found.map((each) => wordOf(each, words)))];
  };
}

function wordOf(value: unknown, words: readonly string[]): string {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (words.includes(word)) return word;
  const alike = closest(word, words);
  throw new Wrong(
    `should be one of ${words.join(', ')}, not ${shown(value)}${alike ? ` (did you mean ${alike}?)` : ''}`,
  );
}

function several(value: unknown): unknown[] {
  if (typeof value === 'string') return value.split(',').map((each) => each.trim()).filter(Boolean);
  const found = value instanceof Set ? [...(value as Set<unknown>)] : value;
  if (Array.isArray(found) && found.length <= MOST) return found as unknown[];
  throw new Wrong(`should be a list, not ${shown(value)}`);
}

/** The one of `names` that `name` is most likely meant to be; "" when none is. */
export function closest(name: string, names: readonly string[]): string {
  const asked = name.slice(0, 60).toLowerCase();
  let best = '';
  let least = Math.max(1, Math.floor(asked.length / 3)) + 1;
  for (const each of names) {
    const far = distance(asked, each.toLowerCase());
    if (asked && far < least) [best, least] = [each, far];
  }
  return best;
}

/** How many letters must be put in, taken out or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const same = one[at - 1] === other[to - 1] ? 0 : 1;
      next.push(Math.min((next[to - 1] as number) + 1, (row[to] as number) + 1, (row[to - 1] as number) + same));
    }
    row = next;
  }
  return row[other.length] as number;
}

/** What is said of a user's value, which may be the token that was meant for another option. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(safe(value)).slice(0, 60);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return typeof value === 'object' ? `a value of type ${className(value as object) || 'object'}` : `a ${typeof value}`;
}

/** A user's text without the secrets in it. */
export function safe(told: string): string {
  return redactText(told.slice(0, MOST), []);
}
