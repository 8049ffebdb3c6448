/**
 * What the SDK has to say for itself: each kind once a process, then silence. Never throws.
 */
import { first } from './codepoints.js';
import { redactText } from './redact/index.js';
import { state } from './state.js';

const MOST_KINDS = 100;
/** Of an error's message, code points: what is redacted is more than what is shown. */
const [MOST_READ, MOST_SHOWN] = [1_000, 300];

/** What a transport and the worker are given to speak by. */
export type Warn = (text: string, kind?: string) => void;

/** Says `text` unless something of this `kind` (the text itself unless given) was said before. */
export function warn(text: string, kind: string = text): void {
  if (state.said.has(kind) || state.said.size >= MOST_KINDS) return;
  state.said.add(kind);
  say(text);
}

/** Says `text` each time, when the option `debug` is on. */
export function debug(text: string): void {
  if (state.debug) say(text);
}

/** Turns `debug` on or off. */
export function setDebug(on: boolean): void {
  state.debug = on;
}

/** The error's type and message, for a warning: without secrets, since a warning ends up in a log. */
export function why(error: unknown): string {
  try {
    const { name, message } = error as { name: unknown; message: unknown };
    return `${String(name).slice(0, 100)}: ${first(redactText(first(String(message), MOST_READ), []), MOST_SHOWN)}`;
  } catch {
    return 'an error that cannot be shown';
  }
}

/** The error's type alone: what it says may quote the app's values, which are not redacted yet. */
export function kindOf(error: unknown): string {
  try {
    return String((error as { name: unknown }).name).slice(0, 100);
  } catch {
    return 'an error';
  }
}

function say(text: string): void {
  try {
    state.platform.say(`splat: ${text}`);
  } catch {
    // There is nobody left to tell.
  }
}
