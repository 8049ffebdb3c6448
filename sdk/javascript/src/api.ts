/** What an app calls between `init` and `close`, in Node and in browsers alike. No function throws. */
import * as scope from './scope.js';
import { state } from './state.js';
import { kindOf, warn, why } from './warn.js';

/**
 * Report an error that the app caught. The event's id when it is new; null when it is counted with others of its kind
 * or was captured before. `beforeSend` may still drop it.
 */
export function captureException(error: unknown): string | null {
  try {
    const caught = { mechanism: 'captureException', handled: true, above: captureException };
    return state.client?.capture(error, caught) ?? null;
  } catch {
    return null; // there was no room even to begin
  }
}

/** Report a text, with the calls that led here; messages of one place are one issue. As `captureException`. */
export function captureMessage(text: string, level = 'info'): string | null {
  try {
    return state.client?.captureMessage(text, level, captureMessage) ?? null;
  } catch {
    return null;
  }
}

/** Note what the app did, for the reports of this request; the last 100 are kept. */
export function addBreadcrumb(message: string, category = '', level = '', data?: object | null): void {
  safely('addBreadcrumb', () => scope.addBreadcrumb(message, category, level, data));
}

/** Add `value`, of any shape, to the reports of this request, or of the process outside of one; null removes it. */
export function setContext(name: string, value: object | null): void {
  safely('setContext', () => scope.setContext(name, value));
}

/** Tag the reports of this request, or of the process outside of one; null removes the tag. */
export function setTag(name: string, value: string | number | boolean | null): void {
  safely('setTag', () => scope.setTag(name, value));
}

/**
 * Wait, at most so long, until all that was captured is delivered. Whether all of it is, since the last call: false
 * when the time was over, or something could not be delivered yet (the spool has it), or was refused or dropped, of
 * which a warning says why. Repeats that wait to be counted are not waited for.
 */
export async function flush(seconds = 2): Promise<boolean> {
  try {
    return (await state.client?.flush(seconds)) ?? true;
  } catch (error) {
    warn(`flush failed: ${why(error)}`, 'flush');
    return false;
  }
}

function safely(name: string, work: () => void): void {
  try {
    if (state.client) work();
  } catch (error) {
    warn(`${name} failed: ${kindOf(error)}`, name);
  }
}
