/** X10 and X11: values of any shape, and a whole report. */
import { CUT } from '../cut.js';
import { isMapping, own, put, type Mapping } from '../mapping.js';
import { CYCLE, oneLevel } from '../onelevel.js';
import type { Report } from '../values.js';
import { MARK } from './shapes.js';
import { redactor, type Redactor } from './texts.js';

/** What the SDK itself writes in exactly this form is no secret; sixteen digits of a signature could pass for a card. */
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;
const VERSION = /^[0-9]+\.[0-9A-Za-z.+!_-]{1,40}$/;
const SIXTEEN = /^[0-9a-f]{16}$/;
const THIRTY_TWO = /^[0-9a-f]{32}$/;
/** How a local that is nothing is shown, by shape or by value: worth knowing, and no secret. */
const NOTHING = new Set<unknown>(['nothing', 'null', 'undefined']);
const MAX_DEPTH = 10;
const MAX_VALUES = 4_000;

/** A part of a report, by how it is redacted. */
type Handler = (value: unknown) => unknown;
type Handlers = Readonly<Record<string, Handler>>;

/** A report that may still hold secrets, and goes nowhere. Its text quotes nothing of it. */
export class RedactionError extends Error {
  override readonly name = 'RedactionError';
}

/** X10: a plain copy of any value without its secrets. Never throws: what fails is MARK. */
export function redactValue(value: unknown, extra: readonly string[] = []): unknown {
  return new Walk(redactor(extra)).value(value);
}

/**
 * The report without its secrets, a copy. Throws RedactionError when that fails: then it is dropped (X11). `extra` are
 * names that tell, besides those of K2.
 */
export function redactReport(report: Report, extra: readonly string[] = []): Report {
  try {
    return new Walk(redactor(extra)).report(report);
  } catch (error) {
    // The error's own text may quote what was to be hidden.
    throw new RedactionError(
      `a report could not be redacted: ${error instanceof Error ? error.constructor.name : 'error'}`,
    );
  }
}

/** The way through a report: which part is redacted how. */
class Walk {
  private left = 0;
  private readonly above = new Set<unknown>();
  private readonly handlers: Handlers;

  constructor(private readonly redact: Redactor) {
    const text: Handler = (value) => this.one(value, (each) => redact.text(each));
    const source: Handler = (value) => this.one(value, (each) => redact.source(each));
    const time = this.unless(TIME);
    const lines: Handler = (value) => (Array.isArray(value) ? value.map(source) : this.value(value));
    const frame = {
      path: source,
      function: source,
      source,
      pre_context: lines,
      post_context: lines,
      locals: this.locals,
    };
    const exception = { type: source, message: text, frames: this.parts(frame) };
    const entry = { time };
    const request = { query: this.query, headers: this.named };
    const seen = { time, first_seen: time, last_seen: time };
    this.handlers = {
      exceptions: this.parts(exception),
      logs: this.parts(entry),
      breadcrumbs: this.parts(entry),
      request: this.part(request),
      root: source,
      dependencies: this.versions,
      time,
      occurrences: this.part(seen),
      deploy: this.part(seen),
      signature: this.unless(SIXTEEN),
      id: this.unless(THIRTY_TWO),
      trace_id: this.unless(THIRTY_TWO),
    };
  }

  report(report: Report): Report {
    return this.fields(report, this.handlers) as Report;
  }

  /** X10, fails closed. */
  value(value: unknown): unknown {
    if (value === null || typeof value === 'boolean' || typeof value === 'number') return oneLevel(value);
    this.left = MAX_VALUES;
    this.above.clear();
    try {
      return this.plain(value, 0);
    } catch {
      return MARK;
    }
  }

  private plain(value: unknown, depth: number): unknown {
    this.left -= 1;
    const plain = oneLevel(value);
    if (typeof plain === 'string') return this.redact.text(plain);
    if (!Array.isArray(plain) && !isMapping(plain)) return plain;
    if (this.above.has(value)) return CYCLE;
    if (!isEmpty(plain) && (depth >= MAX_DEPTH || this.left <= 0)) return CUT;
    this.above.add(value);
    const made = Array.isArray(plain) ? this.list(plain, depth) : this.mapping(plain, depth);
    this.above.delete(value);
    return made;
  }

  private list(plain: unknown[], depth: number): unknown[] {
    const [name, secret] = plain;
    if (plain.length === 2 && typeof name === 'string' && this.redact.names.tells(name)) {
      return [this.redact.text(name), hidden(oneLevel(secret))];
    }
    return plain.map((each) => this.plain(each, depth + 1));
  }

  private mapping(plain: Mapping, depth: number): Mapping {
    const label = [own(plain, 'name'), own(plain, 'key')].find((each) => typeof each === 'string');
    const labelled = typeof label === 'string' && this.redact.names.tells(label);
    const made: Mapping = {};
    for (const [key, each] of Object.entries(plain)) {
      const tells = this.redact.names.tells(key) || (labelled && key === 'value');
      put(made, this.redact.text(key), tells ? hidden(oneLevel(each)) : this.plain(each, depth + 1));
    }
    return made;
  }

  /** A mapping whose keys the report's schema names; others are X10's. */
  private fields(part: object, handlers: Handlers): Mapping {
    const made: Mapping = {};
    for (const [key, value] of Object.entries(part)) {
      const handler = own(handlers, key) as Handler | undefined;
      if (handler) put(made, key, handler(value));
      else {
        const shown = this.value(value);
        put(made, this.redact.text(key), this.redact.names.tells(key) ? hidden(shown) : shown);
      }
    }
    return made;
  }

  private part(handlers: Handlers): Handler {
    return (value) => (isMapping(value) ? this.fields(value, handlers) : this.value(value));
  }

  private parts(handlers: Handlers): Handler {
    const part = this.part(handlers);
    return (value) => (Array.isArray(value) ? value.map(part) : this.value(value));
  }

  /** A text by `redact`; should it be no text, whatever it is. */
  private one(value: unknown, redact: (text: string) => string): unknown {
    return typeof value === 'string' ? redact(value) : this.value(value);
  }

  private unless(pattern: RegExp): Handler {
    return (value) => (typeof value === 'string' && pattern.test(value) ? value : this.value(value));
  }

  /** A mapping from names to texts. */
  private texts(
    value: unknown,
    tells: (name: string) => boolean,
    stays: (text: unknown) => boolean = () => false,
  ): unknown {
    if (!isMapping(value)) return this.value(value);
    const made: Mapping = {};
    for (const [key, each] of Object.entries(value)) {
      const shown = stays(each) ? each : tells(key) ? hidden(oneLevel(each)) : this.value(each);
      put(made, this.redact.text(key), shown);
    }
    return made;
  }

  private readonly tells = (name: string): boolean => this.redact.names.tells(name);

  private readonly named: Handler = (value) => this.texts(value, this.tells);

  private readonly query: Handler = (value) => this.texts(value, (name) => this.redact.names.tellsInQuery(name));

  private readonly locals: Handler = (value) => this.texts(value, this.tells, (each) => NOTHING.has(each));

  /** What is installed: the version of `jsonwebtoken` is no token. */
  private readonly versions: Handler = (value) =>
    this.texts(value, this.tells, (each) => typeof each === 'string' && VERSION.test(each));
}

/** X10: of what is hidden, only that it is nothing, true, false or empty is told. */
function hidden(value: unknown): unknown {
  return value === null || typeof value === 'boolean' || value === '' || isEmpty(value) ? value : MARK;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
