import { first, wellFormed } from '../codepoints.js';

/** S1 to S3: what counts as white space, what a field is, an exception's type. */

/** No field of a canonical text is longer, in code points (S2). */
const MAX_FIELD = 1_000;
const ANONYMOUS = '@anonymous';
const BLANK = /[\t-\r ]+/g;
const EDGES = /^ | $/g;
const ADDRESS = /0[xX][0-9A-Fa-f]+/g;

/** S2: lone surrogates replaced, runs of white space one space, trimmed, at most MAX_FIELD code points. */
export function field(text: string): string {
  return first(wellFormed(text).replace(BLANK, ' ').replace(EDGES, ''), MAX_FIELD);
}

/** S3: the type without a leading backslash, an anonymous class's place, or an address. */
export function typeName(type: string): string {
  const name = field(type).replace(/^\\+/, '');
  const cut = name.indexOf(ANONYMOUS);
  return (cut < 0 ? name : name.slice(0, cut + ANONYMOUS.length)).replace(ADDRESS, '0x');
}

/** S3: the last part of a qualified type. */
export function lastPart(name: string): string {
  return after(after(after(name, '\\'), '::'), '.');
}

/** The text behind the last `separator`; all of it where there is none. */
export function after(text: string, separator: string): string {
  const at = text.lastIndexOf(separator);
  return at < 0 ? text : text.slice(at + separator.length);
}

/** The text before the first `separator`; all of it where there is none. */
export function before(text: string, separator: string): string {
  const at = text.indexOf(separator);
  return at < 0 ? text : text.slice(0, at);
}
