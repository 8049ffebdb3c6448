/** From an event to the report that goes out (rules R1 to R8). For the worker: it reads files. */
import { canonical } from './canonical.js';
import type { Event } from './capture.js';
import { iso, milliseconds } from './clock.js';
import { conform, readBack } from './conform.js';
import { Frames } from './frames/index.js';
import { limitReport } from './limits.js';
import { isMapping } from './mapping.js';
import type { Options } from './options.js';
import { redactReport } from './redact/index.js';
import { readable } from './scope.js';
import type { Exception, Frame, Item, Report } from './values.js';
import { VERSION } from './version.js';
import { kindOf, type Warn } from './warn.js';

const SCHEMA = 'splat-report/1';
export const SDK = { name: '@splat-heal/sdk', version: VERSION };

/** A line of a file, and up to five before and behind it. */
export interface Around {
  readonly source: string;
  readonly before: readonly string[];
  readonly behind: readonly string[];
}

/** What can be seen of the app's code, where it can be seen. */
export interface Sight {
  /** The text at a line that counts from 1. */
  around(file: string, line: number): Around | undefined;
  /** Whether the frames that these lines print are of bundles that `original` sees through. */
  isBundled(lines: string): boolean;
  /** The frame as the source has it that it was made of. */
  original(frame: Frame): Frame;
  /** The installed package that a file belongs to. */
  packageOf(file: string): { name: string; version: string } | undefined;
  /** What all reports of a process share. */
  facts(): { runtime_version?: string; platform?: string };
}

/** Makes reports for one set of options. */
export class Reporter {
  private readonly frames: Frames;
  private readonly always: Partial<Report>;

  constructor(
    private readonly options: Options,
    private readonly sight: Sight,
    private readonly warn: Warn,
  ) {
    this.frames = new Frames(options.root, options.include);
    this.always = { ...factsOf(options), ...sight.facts() };
  }

  /** The item to deliver (rule R6); undefined when `beforeSend` drops it. Throws where redaction fails (X11). */
  item(event: Event): Item | undefined {
    return this.finished(this.build(event));
  }

  /** The same for a report that another program made, in the shape of the schema. */
  finished(given: Report): Item | undefined {
    let report = this.safe(given);
    let text = canonical(report);
    if (this.options.beforeSend) {
      const changed = this.asked(this.options.beforeSend, text);
      if (changed === undefined) return undefined;
      if (changed !== text) [report, text] = this.checked(changed, report, text);
    }
    return { id: given.id as string, time: milliseconds(given.time as string), report, text };
  }

  /** The report as the schema has it: not redacted, not within limits. */
  build(event: Event): Report {
    const when = iso(event.time);
    const dependencies = this.dependencies(event.exceptions);
    return {
      schema: SCHEMA,
      runtime: 'javascript',
      id: event.id,
      time: when,
      signature: event.signature,
      exceptions: event.exceptions.map((each) => ({ ...each, frames: each.frames?.map((frame) => this.frame(frame)) })),
      occurrences: { count: 1, first_seen: when, last_seen: when },
      mechanism: { type: event.mechanism, handled: event.handled },
      ...this.always,
      ...(dependencies && { dependencies }),
      ...readable(event.told),
    };
  }

  private frame(raw: Frame): Frame {
    const frame: Frame = { ...raw, path: this.frames.path(raw.path) };
    if (!this.options.includeSource || !raw.line) return frame;
    const around = this.sight.around(raw.path, raw.line);
    if (!around) return frame;
    frame.source = around.source;
    if (raw.in_app) {
      frame.pre_context = [...around.before];
      frame.post_context = [...around.behind];
    }
    return frame;
  }

  private dependencies(exceptions: readonly Exception[]): { [name: string]: string } | undefined {
    const found: { [name: string]: string } = {};
    for (const { frames } of exceptions) {
      for (const frame of frames ?? []) {
        const each = frame.in_app ? undefined : this.sight.packageOf(frame.path);
        if (each) found[each.name] = each.version;
      }
    }
    return Object.keys(found).length > 0 ? found : undefined;
  }

  private safe(report: Report): Report {
    return limitReport(redactReport(report, this.options.redact));
  }

  /** What `beforeSend` makes of the report in a text; the text itself when it changed nothing or failed (R6). */
  private asked(beforeSend: (report: Report) => unknown, text: string): unknown {
    try {
      const given = readBack(text);
      const answer = beforeSend(given);
      if (answer === null || answer === undefined || answer === false) return undefined;
      if (typeof (answer as PromiseLike<unknown>).then === 'function') {
        void Promise.resolve(answer).catch(() => undefined);
        this.warn('beforeSend is asynchronous: reports are sent as they were before it', 'beforeSend');
        return text;
      }
      return answer;
    } catch (error) {
      this.warn(`beforeSend failed with ${kindOf(error)}: reports are sent as they were before it`, 'beforeSend');
      return text;
    }
  }

  /** What `beforeSend` changed, made safe again; what it was given when that is no report any more. */
  private checked(changed: unknown, report: Report, text: string): [Report, string] {
    try {
      if (!isMapping(changed)) throw new Error('it is no object');
      const { schema, runtime, id, time, signature } = report;
      const safe = this.safe(conform({ ...changed, schema, runtime, id, time, signature }));
      const again = canonical(safe);
      return [readBack(again), again];
    } catch (error) {
      this.warn(`beforeSend returned what is no report (${kindOf(error)}): it was sent as it was before`, 'no report');
      return [report, text];
    }
  }
}

/** What all reports of one set of options share. */
function factsOf(options: Options): Partial<Report> {
  const deploy = Object.fromEntries(
    Object.entries({ id: options.deploy, time: options.deployTime }).filter(([, value]) => value),
  );
  const told = {
    sdk: SDK,
    root: options.root.replace(/\\/g, '/'),
    service: options.service,
    environment: options.environment,
    release: options.release,
    ...(Object.keys(deploy).length > 0 && { deploy }),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value));
}
