/** What the user asked for, in a browser: arguments of `init` alone. What is wrong warns once and is left out. */
import type { InitOptions, Options } from '../options.js';
import type { Ignored } from '../reading.js';
import type { Report } from '../values.js';
import { warn } from '../warn.js';

const MOST = 1_000;
/** What is put into a page. */
const PARTS = ['uncaught', 'rejections', 'navigation', 'clicks', 'storage'];

/** What `init` takes in a browser; `undefined` and `null` are not given. Lists may also be texts with commas between. */
export interface BrowserOptions {
  /** Where `splat.relay()` of your server listens, as in `/splat`; or a collector of its own. */
  url?: string | null;
  /** `false` does nothing at all. */
  enabled?: boolean | null;
  /** By default what the server says of itself that takes the reports. */
  environment?: string | null;
  service?: string | null;
  release?: string | null;
  /** Addresses that hold the app's code although they look like a library's. */
  include?: string | readonly string[] | null;
  /** Gets each report, redacted; what it returns is sent, `null` drops it. Not asynchronous. */
  beforeSend?: ((report: Report) => Report | null | undefined) | null;
  /** Classes of errors or their names; subclasses too. */
  ignore?: Ignored | readonly Ignored[] | null;
  /** Share of errors that are captured, 0 to 1. */
  sampleRate?: number | null;
  /** Names whose values are secret, besides those that always are. */
  redact?: string | readonly string[] | null;
  /** The page's query, redacted; off. */
  includeQuery?: boolean | null;
  /** Of `uncaught`, `rejections`, `navigation`, `clicks` and `storage` (all by default); `none`. */
  integrations?: string | readonly string[] | null;
  /** `http`, or `none`. */
  transport?: 'http' | 'none' | null;
  /** Say on the console what is done. */
  debug?: boolean | null;
}

type Read = (value: unknown) => unknown;

/** Each gives undefined for what cannot be used. */
const text: Read = (value) => (typeof value === 'string' && value.length <= MOST ? value.trim() : undefined);
const flag: Read = (value) => (typeof value === 'boolean' ? value : undefined);
const list: Read = (value) => (typeof value === 'string' ? value.split(',').map((each) => each.trim()) : [value].flat());
const texts: Read = (value) => (list(value) as unknown[]).filter((each) => typeof each === 'string' && each);

const READ: { readonly [name in keyof BrowserOptions]-?: Read } = {
  url: (value) => {
    const { href, protocol } = new URL(value as string, location.href);
    return /^https?:$/.test(protocol) ? href : undefined;
  },
  enabled: flag,
  environment: text,
  service: text,
  release: text,
  include: texts,
  beforeSend: (value) => (typeof value === 'function' ? value : undefined),
  ignore: (value) => (list(value) as unknown[]).filter((each) => each && /^(string|function)$/.test(typeof each)),
  sampleRate: (value) => (typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined),
  redact: texts,
  includeQuery: flag,
  integrations: (value) => (texts(value) as string[]).filter((each) => PARTS.includes(each)),
  transport: (value) => (value === 'http' || value === 'none' ? value : undefined),
  debug: flag,
};

/** The options of one `init`; those that are the server's alone are not there. Never throws for what a user wrote. */
export function read(given: unknown): Options {
  const made: { [name: string]: unknown } = { sampleRate: 1, enabled: true, integrations: PARTS };
  for (const name of ['environment', 'service', 'release', 'deploy', 'url']) made[name] = '';
  for (const name of ['include', 'ignore', 'redact']) made[name] = [];
  for (const [name, value] of Object.entries((given ?? {}) as InitOptions)) {
    if (value === null || value === undefined) continue;
    const usable = name === 'token' ? dropped() : checked(name, value);
    if (usable !== undefined) made[name] = usable;
  }
  if (made.enabled && !made.url && !made.transport) {
    warn("errors are not sent anywhere: give init() the url of your server's splat.relay()", 'no transport');
  }
  made.transport = made.url ? (made.transport ?? 'http') : 'none';
  made.root = location.origin;
  return made as unknown as Options;
}

function dropped(): undefined {
  warn(
    'a token does not belong into a browser, where everyone can read it: it is not used. Revoke it; the new one goes ' +
      'into SPLAT_TOKEN of the server whose splat.relay() takes the reports',
    'token',
  );
}

function checked(name: string, value: unknown): unknown {
  const reading = Object.prototype.hasOwnProperty.call(READ, name) && READ[name as keyof BrowserOptions];
  let usable: unknown;
  try {
    usable = reading && reading(value);
  } catch {
    // As what it gives for a wrong one.
  }
  if (!reading) warn(`init(): there is no option ${name.slice(0, 100)} in browsers; it is passed over`, name);
  else if (usable === undefined) warn(`init(): the option ${name} cannot be used as it is; it is left out`, name);
  return reading ? usable : undefined;
}
