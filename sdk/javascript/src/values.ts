/**
 * The values that walk through the SDK: reports in the shape of `sdk/report.schema.json`, the items that are stored
 * and sent, and what a transport answers. Times are milliseconds since the epoch, deadlines readings of
 * `performance.now()`.
 */

export type Runtime = 'python' | 'javascript' | 'go' | 'ruby' | 'php';

/** One call of a trace. */
export interface Frame {
  path: string;
  /** Counts from 1, as `column` does; null where unknown. */
  line?: number | null;
  column?: number | null;
  /** As a printed trace shows it; empty where it has none. */
  function?: string | null;
  in_app?: boolean;
  source?: string | null;
  pre_context?: string[] | null;
  post_context?: string[] | null;
  locals?: Record<string, string> | null;
}

export type Relation = 'surfaced' | 'cause' | 'context' | 'member';

/** One exception of a chain; `parent` is an index into the list it stands in (rules R3, S7). */
export interface Exception {
  type: string;
  message?: string;
  relation?: Relation;
  parent?: number | null;
  /** From the outermost call to the crash. */
  frames?: Frame[];
}

/** A log record or a breadcrumb. */
export interface Entry {
  time?: string;
  level?: string;
  message?: string;
  logger?: string;
  category?: string;
  data?: Record<string, unknown>;
}

export interface RequestData {
  method?: string;
  route?: string;
  path?: string;
  query?: Record<string, string | null>;
  headers?: Record<string, string | null>;
  body?: string | null;
}

/** A report as it goes over the wire. Keys that are not named here are allowed and handed on. */
export interface Report {
  schema: string;
  runtime: Runtime;
  exceptions: Exception[];
  id?: string;
  time?: string;
  signature?: string;
  sdk?: { name: string; version: string };
  service?: string;
  environment?: string;
  release?: string;
  root?: string;
  runtime_version?: string;
  platform?: string;
  dependencies?: Record<string, string>;
  deploy?: { id?: string; time?: string };
  trace_id?: string;
  request?: RequestData;
  logs?: Entry[];
  breadcrumbs?: Entry[];
  contexts?: Record<string, unknown>;
  tags?: Record<string, string | null>;
  occurrences?: { count: number; first_seen?: string; last_seen?: string };
  truncated?: string[];
  [key: string]: unknown;
}

/** How often a signature was seen beyond what was sent (rules Q3, Q5). */
export interface Count {
  /** Sixteen zeros for an overflow (rules Q5, D9). */
  readonly signature: string;
  readonly seen: number;
  readonly first: number;
  readonly last: number;
  readonly release: string;
}

/** What a transport delivers: a finished report or a count. Everything in it is redacted and within limits. */
export type Item =
  | { readonly id: string; readonly time: number; readonly report: Report; readonly text?: string }
  | { readonly id: string; readonly time: number; readonly count: Count; readonly text?: string };

/** Of the bug, 16 hexadecimal digits; "" where a report carries none. */
export function signatureOf(item: Item): string {
  return 'count' in item ? item.count.signature : (item.report.signature ?? '');
}

/** T1: what became of an item. */
export type Outcome = 'delivered' | 'later' | 'never';

/** Where items go. Called by the worker alone, one call after the other; may wait, may not throw. */
export interface Transport {
  /** One outcome for each item, in order. */
  send(batch: readonly Item[]): Promise<Outcome[]>;
  /** Called every few seconds while the process lives: what a transport owes and could not do at once. */
  tick?(): Promise<void>;
  /**
   * The process is about to end: from now on no wait of a `send` under way goes past the deadline. What is not
   * delivered by then is `later`. Infinity takes that back: it goes on.
   */
  hurry(deadline: number): void;
  /** The process ends: what is owed goes now or never. */
  close(deadline: number): Promise<void>;
}
