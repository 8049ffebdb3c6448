import type { Capturer } from './capture.js';
import type { Held, LogRecord, Scope } from './scope.js';

/** What differs between the places that JavaScript runs in. */
export interface Platform {
  /** 32 hexadecimal digits from a random source (rule R1). */
  id(): string;
  /** Writes one line where a person may see it; never throws. */
  say(line: string): void;
  /** The folder of our own code: its frames are nobody's business. */
  readonly ours?: string;
  /** Runs `work` soon, in another turn. */
  soon(work: () => void): void;
}

/** Carries a request's scope along what the request started. */
export interface Storage {
  getStore(): Held | undefined;
  run<Result>(held: Held, work: () => Result): Result;
}

/** All that is one for a process, however often the package is loaded. */
export interface State {
  platform: Platform;
  client?: Capturer;
  /** `init` was called, whatever came of it. */
  started?: true;
  /** Takes away what `init` put into the runtime. */
  unhook?: () => void;
  /** Takes away what delivers at the end of the process. */
  unend?: () => void;
  said: Set<string>;
  debug: boolean;
  /** Errors that were captured, or are none (rule R5). */
  captured: WeakSet<object>;
  busy: boolean;
  scope?: Scope;
  storage?: Storage;
  records: LogRecord[];
  /** UTF-16 units of all messages in `records`. */
  recorded: number;
  /** Whether requests of Node's server are seen, and who is told of each for as long as it answers true. */
  watching: boolean;
  atRequest: Set<() => boolean>;
  /** Errors whose responses are still under way: captured at once when the process ends. */
  held: Set<() => void>;
  /** Apps whose one line was written already. */
  installed: WeakSet<object>;
}

// CommonJS, ES modules and bundlers each load their own copy of this file; a server has one SDK.
const KEY = Symbol.for('splat-heal.sdk.1');
const shared = globalThis as unknown as { [KEY]?: State };

export const state: State = shared[KEY] ?? {
  platform: {
    id: () => Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join(''),
    say: () => undefined,
    soon: (work) => void Promise.resolve().then(work),
  },
  said: new Set(),
  debug: false,
  captured: new WeakSet(),
  busy: false,
  records: [],
  recorded: 0,
  watching: false,
  atRequest: new Set(),
  held: new Set(),
  installed: new WeakSet(),
};
// Who prints or lists what is global does not meet it, nor the options in it.
if (!shared[KEY]) Object.defineProperty(shared, KEY, { value: state });
