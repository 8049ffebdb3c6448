import { first } from '../codepoints.js';
import { field } from './text.js';

/** S6: a message without its variable parts. One pass, left to right; no pattern can look back or run away. */

const MAX_READ = 20_000;
const MAX_LINE = 5_000;
const MAX_FOLDED = 800;
const MAX_KEPT = 200;

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
const DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const CLOCK = '[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?';
const ZONE = '(?:Z|UTC|GMT| UTC| GMT| ?[+-][0-9]{2}:?[0-9]{2})?';

/** In the order in which they are tried at a place; the first that fits wins. Words come last. */
const PARTS: readonly (readonly [string, string])[] = [
  ['<str>', "\"[^\"]*\"|'[^']*'|`[^`']*[`']"],
  ['<url>', '[A-Za-z][A-Za-z0-9+.-]{1,20}://[^ "\'`<>()]*'],
  ['<email>', '[0-9A-Za-z._%+-]{1,64}@[0-9A-Za-z-]{1,63}(?:[.][0-9A-Za-z-]{1,63}){1,8}'],
  ['<uuid>', '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}'],
  ['<time>', `[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]${CLOCK}${ZONE})?`],
  ['<time>', `(?:${DAY},? )?(?:${MONTH} [0-9]{1,2}|[0-9]{1,2} ${MONTH}),? [0-9]{4}(?: ${CLOCK}${ZONE})?`],
  ['<time>', CLOCK],
  ['<ip>', '[0-9]{1,3}(?:[.][0-9]{1,3}){3}(?::[0-9]{1,5})?'],
  ['<ip>', '\\[[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%[0-9A-Za-z]{1,16})?\\](?::[0-9]{1,5})?'],
  ['<ip>', '[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){7}'],
  ['<ip>', '[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){1,6}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})?'],
  ['<hex>', '0[xX][0-9A-Fa-f]+'],
  ['', "[0-9A-Za-z_]+(?:'[A-Za-z]+)*"],
];
const NUMBERS = /[+-]?<n>(?:[ ,.:;/+-]{1,3}<n>)*/g;

let compiled: RegExp | undefined;

/** The first line of a message, its variable parts named: <str> <url> <email> <uuid> <time> <ip> <hex> <id> <n>. */
export function foldMessage(message: string): string {
  const read = first(message, MAX_READ).replace(/^[\t-\r ]+/, '');
  const end = read.search(/[\n\r]/);
  const line = first(end < 0 ? read : read.slice(0, end), MAX_LINE);
  // Compiled when the first error without a frame of the app's comes: most processes never need it.
  compiled ??= new RegExp(PARTS.map(([, pattern]) => `(${pattern})`).join('|'), 'g');
  const folded = line.replace(compiled, placeholder).replace(NUMBERS, '<n>');
  return first(field(first(folded, MAX_FOLDED)), MAX_KEPT).replace(/ $/, '');
}

function placeholder(match: string, ...groups: unknown[]): string {
  return PARTS[groups.findIndex((group) => group !== undefined)]?.[0] || word(match);
}

function word(text: string): string {
  const digits = text.match(/[0-9]+/g);
  if (!digits) return text;
  if (digits[0].length === text.length) return '<n>';
  if (/^[0-9A-Fa-f]{8,}$/.test(text) || (text.length >= 16 && digits.length >= 2)) return '<id>';
  return text.replace(/[0-9]+/g, '<n>');
}
