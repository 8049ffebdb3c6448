/** What a page leaves behind: what could not be sent, and which bugs this visit has reported. All of it redacted. */

import { wall } from '../originals.js';

/** An item as it is sent, and how long it has waited. */
export interface Unsent {
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

const UNSENT = 'splat.unsent';
const SEEN = 'splat.seen';
const MOST_UNSENT = 20;
const MOST_LENGTH = 200_000;
const OLDEST = 7 * 86_400_000;
const MOST_SEEN = 20;

/** Keeps these, with what is there, for this page or the next; the oldest go first. Whether they are kept. */
export function keep(items: readonly Unsent[]): boolean {
  const kept = [...stored(), ...items].slice(-MOST_UNSENT);
  while (kept.reduce((sum, each) => sum + each.text.length, 0) > MOST_LENGTH) kept.shift();
  return write(() => localStorage, UNSENT, kept);
}

/** Takes out what was kept: another page does not send it as well. */
export function takeKept(): Unsent[] {
  const kept = stored();
  if (kept.length > 0 && !write(() => localStorage, UNSENT, [])) return [];
  return kept;
}

function stored(): Unsent[] {
  const oldest = wall() - OLDEST;
  const isUnsent = (each: Unsent | null): boolean => typeof each?.text === 'string' && each.time > oldest;
  return (list(() => localStorage, UNSENT) as Unsent[]).filter(isUnsent);
}

/** The signatures that this visit has reported, the last ones. */
export function seen(): string[] {
  return list(() => sessionStorage, SEEN).filter((each) => typeof each === 'string') as string[];
}

/** Notes that these were reported. */
export function see(signatures: readonly string[]): void {
  if (signatures.length === 0) return;
  write(() => sessionStorage, SEEN, [...new Set([...seen(), ...signatures])].slice(-MOST_SEEN));
}

// Even to ask for a storage throws, where the user forbids it.
function list(storage: () => Storage, key: string): unknown[] {
  try {
    const found: unknown = JSON.parse(storage().getItem(key) ?? '[]');
    return Array.isArray(found) ? found : [];
  } catch {
    return [];
  }
}

function write(storage: () => Storage, key: string, value: readonly unknown[]): boolean {
  try {
    if (value.length > 0) storage().setItem(key, JSON.stringify(value));
    else storage().removeItem(key);
    return true;
  } catch {
    return false;
  }
}
