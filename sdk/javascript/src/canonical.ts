/** W: the one way a report is written. */
import { compare, wellFormed } from './codepoints.js';
import { isMapping } from './mapping.js';

const ACTING = /[^ !#-%'-;=?-[\]-_a-~]/g;
const PLAIN = /^[ !#-%'-;=?-[\]-_a-~]*$/;
const SHORT: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Canonical JSON (W1, W2): ASCII on one line. Throws TypeError for what JSON cannot hold; undefined is left out. */
export function canonical(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'boolean':
      return String(value);
    case 'number':
      if (Number.isFinite(value)) return String(value);
      break;
    default:
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map((each) => canonical(each ?? null)).join(',')}]`;
      if (isMapping(value)) return ofMapping(value);
  }
  throw new TypeError(`${typeof value === 'number' ? String(value) : `a ${typeof value}`} is no JSON value`);
}

function ofMapping(value: Readonly<Record<string, unknown>>): string {
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  // Of halves of characters that became the same key, one stays.
  const named = new Map(keys.map((key) => [wellFormed(key), value[key]]));
  const sorted = [...named.keys()].sort(compare);
  return `{${sorted.map((key) => `${quoted(key)}:${canonical(named.get(key))}`).join(',')}}`;
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : `"${wellFormed(text).replace(ACTING, escaped)}"`;
}

/** Called for each code unit, so a character above U+FFFF is written as its two halves. */
function escaped(unit: string): string {
  return SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
