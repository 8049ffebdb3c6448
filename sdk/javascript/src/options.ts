/**
 * What the user asked for: arguments of `init`, then `"splat"` in package.json, then `SPLAT_*`, then defaults.
 *
 * The first source that names an option counts; a value there that cannot be used warns once, and the default is used.
 */
import * as reading from './reading.js';
import type { Ignored } from './reading.js';
import type { Report, Transport } from './values.js';
import { kindOf, warn } from './warn.js';

/** What `init` takes; `undefined` and `null` are not given. Lists may also be texts with commas between. */
export interface InitOptions {
  /** `owner/name` of the repository that gets the issues. */
  repo?: string | null;
  /** May read and write issues there. Better in the variable `SPLAT_TOKEN`. */
  token?: string | null;
  /** Of a GitHub Enterprise server. */
  apiUrl?: string | null;
  /** Which program of a system. */
  service?: string | null;
  /** `production` unless given. */
  environment?: string | null;
  /** The commit that runs; by default what the platform or `.git` says. */
  release?: string | null;
  /** Names what was deployed last. */
  deploy?: string | null;
  /** When: a text like `2026-11-21T07:00:00Z`, a `Date`, or milliseconds since the epoch. */
  deployTime?: string | number | Date | null;
  /** The app's folder; the one that the process started in. */
  root?: string | URL | null;
  /** Folders that hold the app's code although they look like a library's. */
  include?: string | readonly (string | URL)[] | null;
  /** `github` (the default with `repo`), `http` (the default with `url`), `file`, `console`, `none`, or an object. */
  transport?: 'github' | 'http' | 'file' | 'console' | 'none' | Transport | null;
  /** Where `http` posts to. */
  url?: string | null;
  /** Where `file` writes reports. */
  folder?: string | URL | null;
  /** For what could not be delivered; by default below the user's cache folder. */
  spoolDir?: string | URL | null;
  /** Of issues, besides `splat`. */
  labels?: string | readonly string[] | null;
  /** Given to the one issue of a bug when it is certain to be the only one; `auto-fix`. */
  triggerLabel?: string | null;
  /** Numeric ids of other accounts that report into the repository. */
  reporters?: number | string | readonly number[] | null;
  /** Gets each report, redacted; what it returns is sent, `null` drops it. Not asynchronous. */
  beforeSend?: ((report: Report) => Report | null | undefined) | null;
  /** Classes of errors or their names; subclasses too. */
  ignore?: Ignored | readonly Ignored[] | null;
  /** Share of errors that are captured, 0 to 1. */
  sampleRate?: number | null;
  /** `false` does nothing at all. */
  enabled?: boolean | null;
  /** Say on stderr what is done. */
  debug?: boolean | null;
  /** Lines around each frame; on. */
  includeSource?: boolean | null;
  /** Parts of the request, redacted; off. */
  includeQuery?: boolean | null;
  includeHeaders?: boolean | null;
  includeBody?: boolean | null;
  /** For other languages: JavaScript tells no values of locals. */
  locals?: 'shape' | 'values' | 'off' | null;
  /** Write each new error to the spool before `captureException` returns. */
  durable?: boolean | null;
  /** Names whose values are secret, besides those that always are. */
  redact?: string | readonly string[] | null;
  /** Allow these in issues of a public repository. */
  publicLogs?: boolean | null;
  publicRequest?: boolean | null;
  publicLocals?: boolean | null;
  /** Of `uncaught`, `rejections` and `console` (all by default); `none`. */
  integrations?: string | readonly string[] | null;
  /** Seconds that the end of the process may take for delivery, at most 2. */
  shutdownTimeout?: number | null;
}

/** Made by `read`. Texts are "" and lists empty where nothing is set. */
export interface Options {
  readonly repo: string;
  readonly token: string;
  readonly apiUrl: string;
  readonly service: string;
  readonly environment: string;
  readonly release: string;
  readonly deploy: string;
  readonly deployTime: string;
  readonly root: string;
  readonly include: readonly string[];
  readonly transport: string | Transport;
  readonly url: string;
  readonly folder: string;
  readonly spoolDir: string;
  readonly labels: readonly string[];
  readonly triggerLabel: string;
  readonly reporters: readonly number[];
  readonly beforeSend: ((report: Report) => unknown) | null;
  readonly ignore: readonly Ignored[];
  readonly sampleRate: number;
  readonly enabled: boolean;
  readonly debug: boolean;
  readonly includeSource: boolean;
  readonly includeQuery: boolean;
  readonly includeHeaders: boolean;
  readonly includeBody: boolean;
  readonly locals: string;
  readonly durable: boolean;
  readonly redact: readonly string[];
  readonly publicLogs: boolean;
  readonly publicRequest: boolean;
  readonly publicLocals: boolean;
  readonly integrations: readonly string[];
  readonly shutdownTimeout: number;
}

type Name = keyof Options;

interface Line {
  readonly otherwise: unknown;
  readonly read: (value: unknown) => unknown;
  /** Only an argument of `init`. */
  readonly argument?: true;
}

const TABLE: Readonly<Record<Name, Line>> = {
  repo: { otherwise: '', read: reading.repository },
  token: { otherwise: '', read: reading.token },
  apiUrl: { otherwise: 'https://api.github.com', read: reading.apiUrl },
  service: { otherwise: '', read: reading.text },
  environment: { otherwise: 'production', read: reading.text },
  release: { otherwise: '', read: reading.text },
  deploy: { otherwise: '', read: reading.text },
  deployTime: { otherwise: '', read: reading.moment },
  root: { otherwise: '', read: reading.folder },
  include: { otherwise: [], read: reading.folders },
  transport: { otherwise: '', read: reading.transport },
  url: { otherwise: '', read: reading.url },
  folder: { otherwise: 'splat-reports', read: reading.folder },
  spoolDir: { otherwise: '', read: reading.folder },
  labels: { otherwise: [], read: reading.labels },
  triggerLabel: { otherwise: 'auto-fix', read: reading.trigger },
  reporters: { otherwise: [], read: reading.numbers },
  beforeSend: { otherwise: null, read: reading.callable, argument: true },
  ignore: { otherwise: [], read: reading.ignored },
  sampleRate: { otherwise: 1, read: reading.share },
  enabled: { otherwise: true, read: reading.flag },
  debug: { otherwise: false, read: reading.flag },
  includeSource: { otherwise: true, read: reading.flag },
  includeQuery: { otherwise: false, read: reading.flag },
  includeHeaders: { otherwise: false, read: reading.flag },
  includeBody: { otherwise: false, read: reading.flag },
  locals: { otherwise: 'shape', read: reading.oneOf('shape', 'values', 'off') },
  durable: { otherwise: false, read: reading.flag },
  redact: { otherwise: [], read: reading.texts },
  publicLogs: { otherwise: false, read: reading.flag },
  publicRequest: { otherwise: false, read: reading.flag },
  publicLocals: { otherwise: false, read: reading.flag },
  integrations: {
    otherwise: ['uncaught', 'rejections', 'console'],
    read: reading.someOf('uncaught', 'rejections', 'console'),
  },
  shutdownTimeout: { otherwise: 2, read: reading.seconds },
};
const NAMES = Object.keys(TABLE) as Name[];
/** Variables that begin as ours do and belong to the program that heals. */
const NOT_OURS = ['SPLAT_LIMITS_', 'SPLAT_TREE', 'SPLAT_RESULTS', 'SPLAT_TOOLS', 'SPLAT_DELIVERER'];

/** What the place that runs the app can tell. */
export interface Surroundings {
  readonly environ: Readonly<Record<string, string | undefined>>;
  /** `"splat"` of the nearest package.json at or above a folder that has one, and that file's path. */
  project(root: string): { path: string; folder: string; table: unknown } | undefined;
  /** An absolute path, from `below` or the folder that the process is in. */
  absolute(path: string, below?: string): string;
  /** The commit that runs, and what was deployed. */
  release(root: string): string;
  deploy(): string;
  /** The transports that work here. */
  readonly transports: readonly string[];
}

type Found = Map<Name, { value: unknown; where: string }>;

/** The options of one `init`; never throws for what a user wrote. */
export function read(given: unknown, around: Surroundings): Options {
  const found = fromArguments(given);
  const variables = fromEnvironment(around.environ);
  const root = startOf(found, variables, around);
  for (const source of [fromProject(root, around), variables]) {
    for (const [name, each] of source) if (!found.has(name)) found.set(name, each);
  }
  const chosen: { [name: string]: unknown } = {};
  for (const [name, { value, where }] of found) {
    const usable = checked(name, value, where);
    if (usable !== undefined) chosen[name] = usable;
  }
  return completed(chosen, around);
}

function completed(chosen: { [name: string]: unknown }, around: Surroundings): Options {
  const made: { [name: string]: unknown } = {};
  for (const name of NAMES) made[name] = chosen[name] ?? TABLE[name].otherwise;
  const root = around.absolute(made.root as string);
  made.root = root;
  made.folder = around.absolute(made.folder as string, root);
  if (made.spoolDir) made.spoolDir = around.absolute(made.spoolDir as string, root);
  made.include = (made.include as string[]).map((each) => around.absolute(each, root));
  made.release = chosen.release ?? around.release(root);
  made.deploy = chosen.deploy ?? around.deploy();
  made.transport = transportOf(made as unknown as Options, around);
  return Object.freeze(made) as unknown as Options;
}

/** The one that was asked for, else the one that the rest asks for; `none` where it lacks what it needs. */
function transportOf(options: Options, around: Surroundings): string | Transport {
  const asked = options.transport || (options.url ? 'http' : options.repo || options.token ? 'github' : '');
  if (typeof asked !== 'string') return asked;
  const say = (text: string): void => {
    if (options.enabled) warn(`errors are not sent anywhere: ${text}`, 'no transport');
  };
  if (!asked) {
    say('give init() repo and token, or url, or transport');
    return 'none';
  }
  if (!around.transports.includes(asked)) {
    say(`the transport ${asked} does not work here; use ${around.transports.join(', ')}`);
    return 'none';
  }
  const needed: Name[] = asked === 'github' ? ['repo', 'token'] : asked === 'http' ? ['url'] : [];
  const missing = needed.filter((name) => !options[name]);
  if (missing.length === 0) return asked;
  say(`the transport ${asked} needs ${missing.map((name) => `${name} (or ${variableOf(name)})`).join(' and ')}`);
  return 'none';
}

// --- the sources -----------------------------------------------------------------------------------------------------

function fromArguments(given: unknown): Found {
  const found: Found = new Map();
  if (given === undefined || given === null) return found;
  if (typeof given !== 'object') {
    warn('init() takes an object, as in init({ repo: "owner/name" }); what it was given is passed over', 'arguments');
    return found;
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue;
    if (isKnown(name, `init(): no option ${JSON.stringify(reading.safe(name))}`)) found.set(name, { value, where: name });
  }
  return found;
}

function fromEnvironment(environ: Surroundings['environ']): Found {
  const found: Found = new Map();
  for (const variable of Object.keys(environ)) {
    const value = environ[variable];
    if (!variable.startsWith('SPLAT_') || !value?.trim() || NOT_OURS.some((each) => variable.startsWith(each))) continue;
    const name = NAMES.find((each) => variableOf(each) === variable);
    if (name !== undefined) {
      if (!TABLE[name].argument) found.set(name, { value, where: variable });
    } else {
      // Without a likeness it is most likely another program's.
      const alike = reading.closest(variable, NAMES.map(variableOf));
      if (alike) warn(`no variable ${variable} is known (did you mean ${alike}?); it is passed over`, variable);
    }
  }
  return found;
}

function fromProject(root: string, around: Surroundings): Found {
  const found: Found = new Map();
  const project = around.project(root);
  if (project === undefined) return found;
  const { path, folder, table } = project;
  if (typeof table !== 'object' || table === null || Array.isArray(table)) {
    warn(`${path}: "splat" is no object; it is passed over`, 'project');
    return found;
  }
  for (const [key, told] of Object.entries(table)) {
    const name = key.replace(/[-_]([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const where = `${path}: "splat" ${JSON.stringify(key)}`;
    if (!isKnown(name, `${path}: "splat" has no option ${JSON.stringify(key)}`)) continue;
    if (TABLE[name].argument) {
      warn(`${where} can only be an argument of init(); it is passed over`, `option ${name}`);
      continue;
    }
    if (name === 'token') {
      warn(`${where}: a token in a file that is committed is no secret; use SPLAT_TOKEN`, 'token in a file');
    }
    const below = ['root', 'folder', 'spoolDir'].includes(name) && typeof told === 'string';
    found.set(name, { value: below ? around.absolute(told, folder) : told, where });
  }
  return found;
}

// --- one option ------------------------------------------------------------------------------------------------------

/** The value as the option has it; undefined, and a warning, when it cannot be used. */
function checked(name: Name, value: unknown, where: string): unknown {
  try {
    return TABLE[name].read(value);
  } catch (error) {
    const because = error instanceof reading.Wrong ? error.message : `cannot be read (${kindOf(error)})`;
    const { otherwise } = TABLE[name];
    const empty = otherwise === '' || otherwise === null || (Array.isArray(otherwise) && otherwise.length === 0);
    const used = empty ? 'it is left out' : `${JSON.stringify(otherwise)} is used`;
    warn(`${where} ${because}; ${used}`, `option ${name}`);
    return undefined;
  }
}

function isKnown(name: string, otherwise: string): name is Name {
  if (Object.prototype.hasOwnProperty.call(TABLE, name)) return true;
  const alike = reading.closest(name, NAMES);
  warn(`${otherwise}${alike ? ` (did you mean ${alike}?)` : ''}; it is passed over`, `option ${name.slice(0, 100)}`);
  return false;
}

/** Where package.json is looked for; what is wrong with it is said later. */
function startOf(found: Found, variables: Found, around: Surroundings): string {
  const told = found.get('root') ?? variables.get('root');
  try {
    return around.absolute(told === undefined ? '' : reading.folder(told.value));
  } catch {
    return around.absolute('');
  }
}

/** `apiUrl` is `SPLAT_API_URL`. */
export function variableOf(name: string): string {
  return `SPLAT_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
