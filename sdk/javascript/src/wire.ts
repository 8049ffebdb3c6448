/** An item as the text that is stored and sent, and back. */
import { canonical } from './canonical.js';
import { iso, milliseconds } from './clock.js';
import { readBack } from './conform.js';
import type { Item } from './values.js';

export const COUNT_SCHEMA = 'splat-count/1';
const SIGNATURE = /^[0-9a-f]{16}$/;
const ID = /^[0-9a-f]{32}$/;

/** The item in canonical JSON: a report, or a count (rule P8). ASCII on one line. */
export function written(item: Item): string {
  return item.text ?? canonical('count' in item ? countOf(item) : item.report);
}

function countOf({ id, count }: Extract<Item, { count: unknown }>): { [key: string]: unknown } {
  const { signature, seen, first, last, release } = count;
  return { schema: COUNT_SCHEMA, id, signature, count: seen, first: iso(first), last: iso(last), release };
}

/** The item in a text that `written` gave. Throws, with what is wrong, for any other. */
export function itemOf(text: string): Item {
  if (text.slice(0, 1_000).includes(`"schema":"${COUNT_SCHEMA}"`)) return readCount(text);
  const report = readBack(text);
  if (typeof report.id !== 'string' || !ID.test(report.id)) {
    throw new Error('$.id: an id is 32 lower-case hexadecimal digits');
  }
  if (typeof report.time !== 'string' || !report.signature) {
    throw new Error('$: a stored report has a time and a signature');
  }
  return { id: report.id, time: milliseconds(report.time), report, text };
}

function readCount(text: string): Item {
  const told = JSON.parse(text) as { [key: string]: unknown } | null;
  const { id, signature, count: seen, release, first, last } = told ?? {};
  if (typeof id !== 'string' || !ID.test(id) || typeof signature !== 'string' || !SIGNATURE.test(signature)) {
    throw new Error('$: a count has an id and a signature');
  }
  if (!Number.isSafeInteger(seen) || (seen as number) < 1 || typeof release !== 'string') {
    throw new Error('$: a count has a positive count and a release');
  }
  const times = { first: milliseconds(String(first)), last: milliseconds(String(last)) };
  return { id, time: times.last, count: { signature, seen: seen as number, release, ...times }, text };
}
