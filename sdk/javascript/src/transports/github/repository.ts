/** What one process knows of the repository it reports to, and what it wrote there. */
import { decide, type Decision, type Listed, type Sighting } from '../../decide.js';
import { Later, type Client } from '../../http/client.js';
import type { Options } from '../../options.js';
import { steady } from '../../originals.js';
import type { Warn } from '../../warn.js';
import { Api, type Change } from './api.js';
import { bodyOf } from './entry.js';
import { Index } from './indexed.js';
import { Notes } from './notes.js';

const HOUR = 3_600_000;
/** For how long an issue that this process created, or a listing, stands for the body as just read. */
const FRESH = 15_000;
const MOST_MADE = 20;
const MOST_OWN_WRITES = 2_000;
const PUBLIC_FOR = 3_600_000;
/** After which time a change is no part of the creation: GitHub's times are whole seconds. */
const TOUCHED = 1_000;

/** Index, requests and memory of one process. Methods that ask GitHub throw `Later` and `Never`. */
export class Repository {
  readonly api: Api;
  readonly client: Client;
  readonly index: Index;
  readonly notes: Notes;
  readonly reporters: Set<number>;
  private askedOwn = false;
  private readonly ownWrites = new Map<number, number>();
  /** Bodies of issues that this process created, as it last wrote them. */
  private readonly made = new Map<number, { text: string; at: number }>();
  private creations: number[] = [];
  private readonly canonical = new Map<number, { updatedAt: number; found: number | null }>();
  private visibility = { isPublic: true, at: -Infinity };

  /** `folder` is this repository's folder of the spool, "" where there is none. */
  constructor(
    options: Options,
    folder: string,
    private readonly warn: Warn,
  ) {
    this.api = new Api(options.apiUrl, options.repo, options.token, warn);
    this.client = this.api.client;
    this.index = new Index(this.api);
    this.notes = new Notes(folder);
    this.reporters = new Set([...options.reporters, ...this.notes.reporters()]);
  }

  // --- reading -------------------------------------------------------------------------------------------------------

  /** D1, and D2: who we are is asked when a marked issue might be our own. */
  async refresh(wanted: Iterable<string>): Promise<void> {
    await this.index.refresh(new Set(wanted));
    const strangers = this.index.issues().some((each) => each.signature !== null && !this.reporters.has(each.author));
    if (!strangers || this.askedOwn) return;
    const own = await this.api.ownId();
    this.askedOwn = true;
    if (own !== null) this.met(own);
    else if (this.reporters.size === 0) {
      this.warn(
        'this token may not ask which account it belongs to, so earlier issues of it cannot be told from a ' +
          "stranger's, and a bug may get a second issue, which is closed again. Give the option `reporters` the " +
          'numeric id of the account (for Actions: 41898282).',
      );
    }
  }

  /** D5 over the index as it is; not `capped` by what was created lately for the issue about too many. */
  decide(error: Sighting, capped = true): Promise<Decision> {
    const now = Math.floor(this.client.now());
    this.creations = this.creations.filter((each) => each > steady() - HOUR);
    const repository = this.index.createdSince(now - HOUR, this.reporters);
    return decide(error, this.index.issues(), {
      reporters: this.reporters,
      now,
      ownWrites: this.ownWrites,
      created: capped ? { process: this.creations.length, repository } : { process: 0, repository: 0 },
      canonicalOf: (issue) => this.canonicalOf(issue),
    });
  }

  private async canonicalOf({ number, updatedAt }: Listed): Promise<number | null> {
    const known = this.canonical.get(number);
    if (known?.updatedAt === updatedAt) return known.found;
    try {
      const found = await this.api.canonicalOf(number);
      this.canonical.set(number, { updatedAt, found });
      return found;
    } catch (error) {
      if (error instanceof Later) return null; // silence about one bug, but the others go on
      throw error;
    }
  }

  /** I9; asked once an hour. */
  async isPublic(): Promise<boolean> {
    if (steady() - this.visibility.at > PUBLIC_FOR) {
      this.visibility = { isPublic: await this.api.isPublic(), at: steady() };
    }
    return this.visibility.isPublic;
  }

  /**
   * The body of an issue that we created a moment ago: what a burst adds at the end costs one request, not two. One that
   * was there before may be read by somebody who edits it, right after we wrote too.
   */
  atHand(number: number): string | undefined {
    const made = this.made.get(number);
    return made && steady() - made.at < FRESH ? made.text : undefined;
  }

  /** The issue's text as just read. `issue` is null unless the issue was read for this. */
  async body(number: number): Promise<{ issue: Listed | null; text: string }> {
    const text = this.atHand(number) ?? (this.index.age() < FRESH ? this.index.body(number) : undefined);
    if (text !== undefined) return { issue: null, text };
    const entry = await this.api.issue(number);
    const issue = this.index.learn(entry);
    if (!issue) throw new Later('the answer is no issue');
    return { issue, text: bodyOf(entry) };
  }

  /** The issue as the index knows it. */
  known(number: number): Listed {
    const issue = this.index.get(number);
    if (!issue) throw new Later('the issue is not in the index');
    return issue;
  }

  // --- writing -------------------------------------------------------------------------------------------------------

  /** Take over the answer to a write: what we did is no reason to wait (D5). */
  private wrote(entry: unknown): Listed {
    const issue = this.index.learn(entry);
    if (!issue) throw new Later('the answer to a write is no issue');
    this.ownWrites.set(issue.number, issue.updatedAt);
    dropOldest(this.ownWrites, MOST_OWN_WRITES);
    if (this.made.has(issue.number)) this.made.set(issue.number, { text: bodyOf(entry), at: steady() });
    return issue;
  }

  /** An issue that turned out to be ours: its last write was. */
  adopted(number: number): Listed {
    const issue = this.known(number);
    if (this.isUntouched(issue)) this.ownWrites.set(number, issue.updatedAt);
    return issue;
  }

  /** Whether nobody wrote to it since it was created. */
  isUntouched(issue: Listed): boolean {
    return issue.updatedAt - this.index.createdAt(issue.number) <= TOUCHED;
  }

  /** PATCH of an issue. */
  async change(number: number, change: Change): Promise<Listed> {
    return this.wrote(await this.api.change(number, change));
  }

  /** A new issue; it `counts` against the limit of D5 unless it is the one about too many. */
  async create(title: string, body: string, labels: readonly string[], counts: boolean): Promise<Listed> {
    const entry = await this.api.create(title, body, labels);
    const issue = this.wrote(entry);
    this.made.set(issue.number, { text: bodyOf(entry), at: steady() });
    dropOldest(this.made, MOST_MADE);
    this.met(issue.author);
    if (counts) this.creations.push(steady());
    return issue;
  }

  /** An account is ours: it answered for the token, or for an issue that we made. */
  private met(account: number): void {
    if (!account || this.reporters.has(account)) return;
    this.reporters.add(account);
    this.notes.addReporter(account);
  }
}

function dropOldest(map: Map<number, unknown>, most: number): void {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
}
