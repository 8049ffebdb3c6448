/** What an app gives, as plain data that holds nothing of the app's; runs none of its code. */
import { CUT } from './cut.js';
import { put } from './mapping.js';
import { CYCLE, oneLevel, UNPRINTABLE } from './onelevel.js';

const MOST_DEPTH = 10;
const MOST_VALUES = 4_000;
/** UTF-16 units; X11 wants to know that there were more than 100,000 code points. */
const MOST_TEXT = 200_002;

/** A copy of no more than the limits (L3) can show; texts are not redacted. */
export function plain(value: unknown): unknown {
  return new Copier().copy(value, 0);
}

/** A text as it is, all else as it is printed; never throws. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, MOST_TEXT);
  try {
    const copied = value === undefined ? 'undefined' : plain(value);
    return (typeof copied === 'string' ? copied : JSON.stringify(copied)).slice(0, MOST_TEXT);
  } catch {
    return UNPRINTABLE;
  }
}

/** The name of what made an object; "" where it cannot be told. Runs no getter. */
export function className(value: object): string {
  let holder: object | null = Object.getPrototypeOf(value) as object | null;
  for (let depth = 0; holder !== null && depth < 100; depth += 1) {
    const made = Object.getOwnPropertyDescriptor(holder, 'constructor')?.value as unknown;
    if (typeof made === 'function') {
      const name = Object.getOwnPropertyDescriptor(made, 'name')?.value as unknown;
      return typeof name === 'string' ? name.slice(0, 500) : '';
    }
    holder = Object.getPrototypeOf(holder) as object | null;
  }
  return '';
}

class Copier {
  private left = MOST_VALUES;
  private readonly above = new Set<unknown>();

  copy(value: unknown, depth: number): unknown {
    this.left -= 1;
    const level = oneLevel(value);
    if (typeof level === 'string') return level.slice(0, MOST_TEXT);
    if (typeof level !== 'object' || level === null) return level;
    if (this.above.has(value)) return CYCLE;
    if (depth >= MOST_DEPTH || this.left <= 0) return CUT;
    this.above.add(value);
    const made = Array.isArray(level)
      ? level.map((each) => this.copy(each, depth + 1))
      : this.mapping(level as { [key: string]: unknown }, depth);
    this.above.delete(value);
    return made;
  }

  private mapping(level: { [key: string]: unknown }, depth: number): { [key: string]: unknown } {
    const made: { [key: string]: unknown } = {};
    for (const key of Object.keys(level)) put(made, key, this.copy(level[key], depth + 1));
    return made;
  }
}
