/** L: no text, list, value or report grows beyond what can be kept, sent and read. */
import { canonical } from './canonical.js';
import { compare, first, isLonger, length, wellFormed } from './codepoints.js';
import { CUT, cut } from './cut.js';
import { isMapping, own, put, type Mapping } from './mapping.js';
import { CYCLE, oneLevel } from './onelevel.js';
import { shrink } from './shrink.js';
import type { Report } from './values.js';

/** A report's canonical JSON, in bytes (L5). */
const MAX_REPORT = 1_000_000;
// L3
const MAX_TEXT = 5_000;
const MAX_TEXTS = 50_000;
const MAX_VALUES = 2_000;
const MAX_DEPTH = 8;
const MAX_ENTRIES = 100;
const MAX_KEY = 200;
// L2
const MESSAGE = 5_000;
const LINE = 500;
const OTHER = 1_000;
const VERSION = 200;
// L4, and what the schema allows
const LOGS = 500;
const BREADCRUMBS = 100;
const EXCEPTIONS = 50;
const FRAMES = 200;
const OUTER_FRAMES = 50;
const INNER_FRAMES = 150;
const LINES = 50;
const LOCALS = 500;
const CONTEXTS = 100;
const TEXTS = 1_000;
const DEPENDENCIES = 2_000;
const MAX_NAME = 200;
/** A code unit is at most so many bytes of canonical JSON, and so is what stands around a value. */
const WIDEST = 6;
const AROUND = 30;

type Limits = Readonly<Record<string, number>>;
type Handlers = Readonly<Record<string, (value: unknown) => unknown>>;

/** L3: a plain copy of any value: bounded in depth, values, entries and text, whatever it is. */
export function limitValue(value: unknown): unknown {
  return new Limiter().limit(value, 0);
}

class Limiter {
  private values = 0;
  private room = MAX_TEXTS;
  private readonly above = new Set<unknown>();

  limit(value: unknown, depth: number): unknown {
    if (this.values >= MAX_VALUES) return CUT;
    this.values += 1;
    if (this.above.has(value)) return CYCLE;
    const plain = oneLevel(value);
    if (typeof plain === 'string') return this.text(plain);
    if (typeof plain !== 'object' || plain === null) return plain;
    if (depth >= MAX_DEPTH && Object.keys(plain).length > 0) return CUT;
    this.above.add(value);
    const made = Array.isArray(plain) ? this.list(plain, depth) : this.mapping(plain as Mapping, depth);
    this.above.delete(value);
    return made;
  }

  private text(text: string): string {
    const room = Math.min(MAX_TEXT, this.room);
    // The rest is gone whatever it is, and need not be looked at.
    let made = wellFormed(first(text, room + 1));
    if (isLonger(made, room)) made = room >= CUT.length ? cut(made, room) : CUT;
    this.room = Math.max(0, this.room - length(made));
    return made;
  }

  private list(entries: readonly unknown[], depth: number): unknown[] {
    const made: unknown[] = [];
    for (const entry of entries) {
      if (this.isFull(made.length)) return [...made, CUT];
      made.push(this.limit(entry, depth + 1));
    }
    return made;
  }

  private mapping(entries: Mapping, depth: number): Mapping {
    const made: Mapping = {};
    let count = 0;
    // Objects put keys that are numbers first, whatever order they were made in.
    for (const key of Object.keys(entries).sort(compare)) {
      if (this.isFull(count)) return { ...made, [CUT]: true };
      put(made, cut(wellFormed(key), MAX_KEY), this.limit(entries[key], depth + 1));
      count += 1;
    }
    return made;
  }

  private isFull(entries: number): boolean {
    return entries >= MAX_ENTRIES || this.values >= MAX_VALUES;
  }
}

/** L2, L4, L5 over a redacted report; `truncated` of the result names what was cut. */
export function limitReport(report: Report): Report {
  const walk = new Walk();
  const made = walk.report(report);
  return walk.size <= MAX_REPORT ? made : shrink(made, size, MAX_REPORT);
}

/** The bytes of the canonical JSON; of what is too large by far only that it is. Writing that down costs memory. */
function size(report: Report): number {
  const least = leastSize(report, 0);
  return least > MAX_REPORT ? least : canonical(report).length;
}

/** `soFar` and the code units of all texts; no more is added once that is over MAX_REPORT. */
function leastSize(value: unknown, soFar: number): number {
  if (typeof value === 'string') return soFar + value.length;
  if (typeof value !== 'object' || value === null) return soFar;
  let sum = soFar;
  for (const each of Object.values(value)) {
    sum = leastSize(each, sum);
    if (sum > MAX_REPORT) break;
  }
  return sum;
}

/** Whether a limited value is what it was made of. */
function isSame(made: unknown, value: unknown): boolean {
  if (typeof made !== 'object' || made === null) return Object.is(made, value);
  if (typeof value !== 'object' || value === null || Array.isArray(made) !== Array.isArray(value)) return false;
  const keys = Object.keys(made);
  return keys.length === Object.keys(value).length && keys.every((key) => isSame(own(made, key), own(value, key)));
}

/** One report's way through L2 and L4. What fits is handed on, not copied. */
class Walk {
  /**
   * What was handed on, in bytes of canonical JSON, rather too many than too few: writing all down to see whether it
   * fits costs as much as all the rest, and most reports fit by far.
   */
  size = 0;
  private readonly cuts = new Set<string>();
  private readonly frame: Handlers = {
    pre_context: (value) => this.lines(value),
    post_context: (value) => this.lines(value),
    locals: (value) => this.texts(value, MESSAGE, LOCALS),
  };
  private readonly exception: Handlers = { frames: (value) => this.frames(value) };
  private readonly request: Handlers = {
    query: (value) => this.texts(value, OTHER, TEXTS),
    headers: (value) => this.texts(value, OTHER, TEXTS),
  };
  private readonly handlers: Handlers = {
    exceptions: (value) => this.exceptions(value),
    logs: (value) => this.entries(value, 'log entries', LOGS),
    breadcrumbs: (value) => this.entries(value, 'breadcrumb entries', BREADCRUMBS),
    contexts: (value) => this.contexts(value),
    tags: (value) => this.texts(value, MESSAGE, TEXTS),
    request: (value) => this.part(value, { path: LINE, body: MESSAGE }, this.request),
    dependencies: (value) => this.texts(value, VERSION, DEPENDENCIES),
    sdk: (value) => this.part(value),
    deploy: (value) => this.part(value),
    occurrences: (value) => this.part(value),
    truncated: (value) => value,
  };

  report(report: Report): Report {
    const { truncated, ...made } = this.fields(report, {}, this.handlers);
    const held = Array.isArray(truncated) ? truncated.filter((name): name is string => typeof name === 'string') : [];
    const names = [...new Set([...held.map((name) => cut(name, MAX_NAME)), ...this.cuts])].slice(0, MAX_ENTRIES);
    if (names.length) made['truncated'] = names;
    this.size += names.reduce((sum, name) => sum + sizeOf(name), 0);
    return made as Report;
  }

  private text(text: string, limit: number): string {
    const made = cut(text, limit);
    if (made !== text) this.cuts.add('long texts');
    this.size += sizeOf(made);
    return made;
  }

  /** What no rule names: bounded as any value of the user's. */
  private value(value: unknown): unknown {
    if (typeof value === 'boolean' || value === null || Number.isSafeInteger(value)) {
      this.size += AROUND;
      return value;
    }
    const made = limitValue(value);
    if (!isSame(made, value)) this.cuts.add('large values');
    this.size += canonical(made).length + AROUND;
    return made;
  }

  /** A mapping whose texts have `limits`, else `other`, and whose further values have handlers of their own. */
  private fields(part: object, limits: Limits, handlers: Handlers = {}, other = OTHER): Mapping {
    const made: Mapping = {};
    for (const [key, value] of Object.entries(part)) {
      const handler = own(handlers, key) as ((value: unknown) => unknown) | undefined;
      const limit = (own(limits, key) as number | undefined) ?? other;
      put(
        made,
        this.text(key, MAX_KEY),
        typeof value === 'string' ? this.text(value, limit) : (handler ?? this.any)(value),
      );
    }
    return made;
  }

  private readonly any = (value: unknown): unknown => this.value(value);

  private part(part: unknown, limits: Limits = {}, handlers: Handlers = {}): unknown {
    return isMapping(part) ? this.fields(part, limits, handlers) : this.value(part);
  }

  /** A mapping from names to texts, the first `most`. */
  private texts(texts: unknown, limit: number, most: number): unknown {
    return isMapping(texts) ? this.fields(this.first(texts, most), {}, {}, limit) : this.value(texts);
  }

  private first(part: Mapping, most: number): Mapping {
    const keys = Object.keys(part);
    if (keys.length <= most) return part;
    this.cuts.add('further names');
    return Object.fromEntries(
      keys
        .sort(compare)
        .slice(0, most)
        .map((key) => [key, part[key]]),
    );
  }

  private exceptions(exceptions: unknown): unknown {
    if (!Array.isArray(exceptions)) return this.value(exceptions);
    if (exceptions.length > EXCEPTIONS) this.cuts.add('chained exceptions');
    const limits = { type: LINE, message: MESSAGE };
    return exceptions.slice(0, EXCEPTIONS).map((each: unknown) => this.part(each, limits, this.exception));
  }

  private frames(frames: unknown): unknown {
    if (!Array.isArray(frames)) return this.value(frames);
    let kept: unknown[] = frames;
    if (frames.length > FRAMES) {
      this.cuts.add('middle frames');
      kept = [...(frames.slice(0, OUTER_FRAMES) as unknown[]), ...(frames.slice(-INNER_FRAMES) as unknown[])];
    }
    const limits = { path: LINE, function: LINE, source: LINE };
    return kept.map((frame) => this.part(frame, limits, this.frame));
  }

  private lines(lines: unknown): unknown {
    if (!Array.isArray(lines)) return this.value(lines);
    const kept = lines.slice(0, LINES) as unknown[];
    return kept.map((line) => (typeof line === 'string' ? this.text(line, LINE) : this.value(line)));
  }

  private entries(entries: unknown, name: string, most: number): unknown {
    if (!Array.isArray(entries)) return this.value(entries);
    if (entries.length > most) this.cuts.add(name);
    return entries.slice(-most).map((entry: unknown) => this.part(entry, { message: MESSAGE }));
  }

  /** Each context is a value of its own: a large one takes no room from the others. */
  private contexts(contexts: unknown): unknown {
    if (!isMapping(contexts)) return this.value(contexts);
    const made: Mapping = {};
    for (const [name, value] of Object.entries(this.first(contexts, CONTEXTS))) {
      put(made, this.text(name, MAX_KEY), this.value(value));
    }
    return made;
  }
}

function sizeOf(text: string): number {
  return text.length * WIDEST + AROUND;
}
