/** Which errors are captured at all: those that are not ignored, and each object once (rule R5). */
import { className } from './plain.js';
import type { Ignored } from './reading.js';
import { typeOf } from './snapshot.js';
import { state } from './state.js';

const MOST_CLASSES = 100;

/** Whether an error is one of those that the option `ignore` names, or comes from one. */
export function isIgnored(error: unknown, rules: readonly Ignored[]): boolean {
  if (rules.length === 0 || typeof error !== 'object' || error === null) return false;
  let names: Set<string> | undefined;
  return rules.some((rule) => {
    if (typeof rule === 'string') return (names ??= namesOf(error)).has(rule);
    try {
      return error instanceof (rule as new () => unknown);
    } catch {
      return false;
    }
  });
}

/** What the error calls itself, and the names of its classes. */
function namesOf(error: object): Set<string> {
  const names = new Set([typeOf(error)]);
  try {
    const told = (error as { name?: unknown }).name;
    if (typeof told === 'string') names.add(told);
    let holder: object | null = error;
    for (let depth = 0; holder !== null && depth < MOST_CLASSES; depth += 1) {
      names.add(className(holder));
      holder = Object.getPrototypeOf(holder) as object | null;
    }
  } catch {
    // A proxy of the app's; what was found until then is right.
  }
  return names;
}

/** Whether this object was not captured in this process before; from now on it was. What is no object always is new. */
export function firstTime(error: unknown): boolean {
  if ((typeof error !== 'object' && typeof error !== 'function') || error === null) return true;
  if (state.captured.has(error)) return false;
  state.captured.add(error);
  return true;
}

/** It was not captured after all. */
export function forget(error: unknown): void {
  if (typeof error === 'object' && error !== null) state.captured.delete(error);
}
