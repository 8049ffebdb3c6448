/** X6: values behind a name that tells and a separator. */
import { isLonger, lower, trimmedEnd } from '../codepoints.js';
import type { Names } from './names.js';
import { MARK, searched } from './shapes.js';
import { bareAt, bracketEnd, endOf, openingAt, stringEnd, type Opening } from './strings.js';

const SEPARATOR = /::|===|!==|==|!=|=>|:=|=|:/g;
const SPACES = /[ \t]{0,8}/y;
const GAP = /[ \t]{1,4}/y;
const TEMPLATE = /[$#]?\{[A-Za-z_]|%[sdv(]/;
const NAME_CHARS = new Set('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$@.-');
const QUOTES = new Set('"\'`\\');
const BLANKS = new Set(' \t');
const WHITE = ' \t\n\v\f\r';
const MOST_SPACES = 8;
const MOST_QUOTES = 4;
const MOST_NAME = 100;
const NONE = new Set(['::']);
const NONE_IN_SOURCE = new Set(['::', '===', '!==', '==', '!=']);
const NOTHING = new Set(['none', 'null', 'nil', 'undefined', 'true', 'false']);
const SCHEMES = new Set(['bearer', 'basic', 'digest', 'token', 'negotiate', 'apikey']);
const HEADERS = ['authorization', 'cookie', 'cookies'];
const LONG_LITERAL = 8;
const LONG_WORD = 16;

/** Where a value begins and ends, and whether it is hidden. */
type Value = readonly [start: number, end: number, hidden: boolean];

/** What stands before a separator: the name, whether it is quoted, the character before it ("" at the start). */
interface Name {
  readonly text: string;
  readonly quoted: boolean;
  readonly lead: string;
}

/** X6 over one text. */
export function hideNamed(text: string, names: Names, source: boolean): string {
  let made = '';
  let done = 0;
  for (let at = 0; ;) {
    const separator = searched(SEPARATOR, text, at);
    if (!separator) return done === 0 ? text : made + text.slice(done);
    at = separator.index + separator[0].length;
    const value = valueBehind(text, separator[0], separator.index, names, source);
    if (!value) continue;
    const [start, end, hidden] = value;
    if (hidden) {
      made += text.slice(done, start) + MARK;
      done = end;
    }
    at = Math.max(at, end);
  }
}

/** The value behind the separator that begins at `start`; null where there is none to look at. */
function valueBehind(text: string, separator: string, start: number, names: Names, source: boolean): Value | null {
  const end = start + separator.length;
  if ((source ? NONE_IN_SOURCE : NONE).has(separator) || (separator === ':' && text.startsWith('//', end))) return null;
  const name = nameBefore(text, start);
  let strength = name.text ? names.strength(name.text) : 'none';
  if (strength === 'none') {
    const isOfQuery = separator === '=' && (name.lead === '?' || name.lead === '&');
    if (!name.text || !isOfQuery || !names.tellsInQuery(name.text)) return null;
    strength = 'sure';
  }
  const at = end + (searched(SPACES, text, end)?.[0].length ?? 0);
  if (!source && isHeader(name, separator)) return headerAt(text, at, name.lead);
  const opening = openingAt(text, at);
  if (opening) return stringBehind(text, opening, source ? strength : null);
  if (source) return null;
  if (/[[({]/.test(text.charAt(at)) && !text.startsWith(MARK, at)) return [at, bracketEnd(text, at), true];
  return bareBehind(text, at, separator === ':' && strength === 'likely' && !name.quoted);
}

/** X6.2. */
function nameBefore(text: string, at: number): Name {
  let end = back(text, at, MOST_SPACES, BLANKS);
  const spaced = end;
  if (text[end - 1] === ']') end -= 1;
  end = back(text, end, MOST_QUOTES, QUOTES);
  const start = back(text, end, MOST_NAME, NAME_CHARS);
  const name = text.slice(start, end).replace(/^[0-9.-]+/, '');
  return { text: name, quoted: end < spaced, lead: text.charAt(start - 1) };
}

/** Back from `at` over at most `most` of `chars`. */
function back(text: string, at: number, most: number, chars: ReadonlySet<string>): number {
  let end = at;
  while (end > 0 && at - end < most && chars.has(text[end - 1] as string)) end -= 1;
  return end;
}

function isHeader(name: Name, separator: string): boolean {
  if (name.quoted || (separator !== ':' && separator !== '=')) return false;
  const whole = lower(name.text);
  return HEADERS.some((each) => whole.endsWith(each));
}

function headerAt(text: string, at: number, lead: string): Value | null {
  const value = trimmedEnd(text.slice(at, endOf(text, at, lead === '"' || lead === "'" ? lead : '')), WHITE);
  return isNothing(value) ? null : [at, at + value.length, true];
}

/** `strength` of the name in `source` mode, where more stays; null in `text` mode. */
function stringBehind(text: string, opening: Opening, strength: 'sure' | 'likely' | null): Value {
  const start = opening.end;
  const [end, behind] = stringEnd(text, start, opening.slashes, opening.quote);
  const value = text.slice(start, end);
  const bare = trimmedEnd(value, WHITE).replace(/^[\t-\r ]+/, '');
  let hidden = !isNothing(bare) && !SCHEMES.has(lowered(bare));
  if (hidden && strength) {
    const isToken = isLonger(value, LONG_LITERAL - 1) && /[0-9]/.test(value);
    hidden = !TEMPLATE.test(value) && (strength === 'sure' || isToken);
  }
  return hidden ? [start, end, true] : [start, behind, false];
}

function bareBehind(text: string, at: number, weak: boolean): Value | null {
  const value = bareAt(text, at);
  const end = at + value.length;
  if (SCHEMES.has(lowered(value))) {
    const gap = searched(GAP, text, end);
    const next = gap ? bareAt(text, end + gap[0].length) : '';
    if (gap && next) return [at, end + gap[0].length + next.length, true];
  }
  if (isNothing(value)) return null;
  if (weak && !isLonger(value, LONG_WORD - 1) && !/[0-9]/.test(value)) return null;
  return [at, end, true];
}

/** Empty, MARK or a word for nothing. */
function isNothing(value: string): boolean {
  return value === '' || value === MARK || NOTHING.has(lowered(value));
}

/** In lower case, as far as the words of the rules reach. */
function lowered(value: string): string {
  return value.length > LONG_WORD ? '' : lower(value);
}
