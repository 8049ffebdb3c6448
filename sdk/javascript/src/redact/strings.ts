/** X6, 6 to 8: where a value begins and ends. Each reads no further than that: time is linear in the text. */
import { trimmedEnd } from '../codepoints.js';
import { searched } from './shapes.js';

const OPENING = /(?:string\([0-9]{1,7}\) )?[A-Za-z@]{0,2}(\\{0,3})(["'`])/y;
const STOPS: Readonly<Record<string, RegExp>> = { '"': /["\\\n]/g, "'": /['\\\n]/g, '`': /[`\\\n]/g };
const BRACKETS = /[[\](){}"'`\n]/g;
const BARE = /[^ \t-\r"'`,;&<>)\]}]*/y;
const OPEN_MARK = '[REDACTED';

/** A string's opening quote with what stands before it; null where none begins at `at`. */
export interface Opening {
  readonly end: number;
  readonly slashes: string;
  readonly quote: string;
}

export function openingAt(text: string, at: number): Opening | null {
  const found = searched(OPENING, text, at);
  return found && { end: OPENING.lastIndex, slashes: found[1] as string, quote: found[2] as string };
}

/** Where a string's content ends, and where to go on behind it. */
export function stringEnd(text: string, start: number, slashes: string, quote: string): [end: number, behind: number] {
  if (slashes) {
    const end = endOf(text, start, slashes + quote);
    return [end, text.startsWith(slashes + quote, end) ? end + slashes.length + 1 : end];
  }
  const stops = STOPS[quote] as RegExp;
  for (let at = start; ; at += 2) {
    const stop = searched(stops, text, at);
    if (!stop) return [text.length, text.length];
    at = stop.index;
    if (stop[0] === quote) return [at, at + 1];
    if (stop[0] === '\n') return [at, at];
    if (at + 1 >= text.length || text[at + 1] === '\n') return [at + 1, at + 1];
  }
}

/** Where `wanted`, the line or the text ends, whatever is first; "" is found nowhere. */
export function endOf(text: string, at: number, wanted: string): number {
  const found = wanted ? text.indexOf(wanted, at) : -1;
  const limit = found < 0 ? text.length : found;
  const line = text.slice(at, limit).indexOf('\n');
  return line < 0 ? limit : at + line;
}

/** Behind the bracket that closes the one at `at`, else the end of the line or of the text. */
export function bracketEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; ;) {
    const found = searched(BRACKETS, text, at);
    if (!found) return text.length;
    const char = found[0];
    at = found.index + 1;
    if (char === '\n') return found.index;
    if (char === '"' || char === "'" || char === '`') at = stringEnd(text, at, '', char)[1];
    else if (char === '(' || char === '[' || char === '{') depth += 1;
    else {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
}

/** X6.8: the bare value at `at`, "" where there is none. A MARK in it does not end it. */
export function bareAt(text: string, start: number): string {
  for (let at = start; ; at += 1) {
    searched(BARE, text, at);
    at = BARE.lastIndex;
    const opensMark =
      text[at] === ']' && at - OPEN_MARK.length >= start && text.startsWith(OPEN_MARK, at - OPEN_MARK.length);
    if (!opensMark) return trimmedEnd(text.slice(start, at), '\\');
  }
}
