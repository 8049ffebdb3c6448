/** D1: the issues with the fixed label, listed once and then kept up by what changed since. */
import { LABEL, type Listed } from '../../decide.js';
import { Dates, steady } from '../../originals.js';
import type { Api } from './api.js';
import { bodyOf, createdAt, listed } from './entry.js';

const PAGE = 100;
const MOST_PAGES = 3;
const MOST_ISSUES = 2_000;
/** That a listing overlaps with the one before: an index that lags shows what is older after what is newer. */
const OVERLAP = 60_000;

/** What is known of a repository's issues. Bodies are kept only of the signatures that a listing was asked for. */
export class Index {
  private readonly known = new Map<number, Listed>();
  private readonly created = new Map<number, number>();
  private bodies = new Map<number, string>();
  private since = '';
  private tag = { path: '', tag: '' };
  private listedAt = -Infinity;
  /** Numbers in the last listing: an issue that was just created may not be there yet. */
  shown: ReadonlySet<number> = new Set();

  constructor(private readonly api: Api) {}

  /** Whether it was ever read. */
  get listed(): boolean {
    return this.listedAt !== -Infinity;
  }

  /** Milliseconds since it was read. */
  age(): number {
    return steady() - this.listedAt;
  }

  /** All that are known. */
  issues(): Listed[] {
    return [...this.known.values()];
  }

  /** One of them. */
  get(number: number): Listed | undefined {
    return this.known.get(number);
  }

  /** When an issue was created; 0 when that is not known. */
  createdAt(number: number): number {
    return this.created.get(number) ?? 0;
  }

  /** The text of an issue as the last listing showed it; undefined when it was not in it. */
  body(number: number): string | undefined {
    return this.bodies.get(number);
  }

  /** How many marked issues of these authors are known that were created at `moment` or later. */
  createdSince(moment: number, authors: ReadonlySet<number>): number {
    return this.issues().filter(
      ({ number, author, signature }) => this.createdAt(number) >= moment && authors.has(author) && signature !== null,
    ).length;
  }

  // --- reading -------------------------------------------------------------------------------------------------------

  /** Read what changed, keeping the bodies of issues marked with one of `wanted`. */
  async refresh(wanted: ReadonlySet<string>): Promise<void> {
    const query = `state=all&labels=${LABEL}&sort=updated&direction=desc&per_page=${PAGE}`;
    const path = `/issues?${query}${this.since && `&since=${encodeURIComponent(this.since)}`}`;
    // The bodies at hand came with that tag only where all that are wanted now were wanted then.
    const tag = this.tag.path === path && this.hasAll(wanted) ? this.tag.tag : '';
    const first = await this.api.listing(path, tag);
    if (first !== null) {
      const entries = [...first.entries];
      for (let page = 2; page <= MOST_PAGES && entries.length === (page - 1) * PAGE; page += 1) {
        entries.push(...((await this.api.listing(`${path}&page=${page}`, ''))?.entries ?? []));
      }
      this.tag = { path, tag: first.tag };
      this.takeOver(entries, wanted);
    }
    this.listedAt = steady();
  }

  private hasAll(wanted: ReadonlySet<string>): boolean {
    return [...this.shown].every((number) => {
      const signature = this.known.get(number)?.signature ?? null;
      return signature === null || !wanted.has(signature) || this.bodies.has(number);
    });
  }

  private takeOver(entries: readonly unknown[], wanted: ReadonlySet<string>): void {
    this.bodies = new Map();
    const shown: number[] = [];
    let newest = 0;
    for (const entry of entries) {
      const issue = listed(entry);
      if (!issue) continue;
      shown.push(issue.number);
      newest = Math.max(newest, issue.updatedAt);
      // What this process was answered may be newer than what the index shows.
      if ((this.known.get(issue.number)?.updatedAt ?? 0) > issue.updatedAt) continue;
      this.keep(issue, entry);
      if (issue.signature !== null && wanted.has(issue.signature)) this.bodies.set(issue.number, bodyOf(entry));
    }
    this.shown = new Set(shown);
    if (newest) this.since = written(newest - OVERLAP);
    this.trim();
  }

  /** Take over an issue that an answer showed; null when it is none. */
  learn(entry: unknown): Listed | null {
    const issue = listed(entry);
    if (issue) {
      this.keep(issue, entry);
      this.bodies.delete(issue.number);
    }
    return issue;
  }

  /** The issue is gone. */
  forget(number: number): void {
    for (const each of [this.known, this.created, this.bodies]) each.delete(number);
    this.shown = new Set([...this.shown].filter((each) => each !== number));
  }

  private keep(issue: Listed, entry: unknown): void {
    this.known.set(issue.number, issue);
    this.created.set(issue.number, createdAt(entry));
  }

  private trim(): void {
    const over = this.known.size - MOST_ISSUES;
    if (over <= 0) return;
    const oldest = this.issues().sort((one, other) => one.updatedAt - other.updatedAt);
    for (const issue of oldest.slice(0, over)) this.forget(issue.number);
  }
}

/** A time in whole seconds. */
function written(time: number): string {
  return `${new Dates(Math.max(0, time)).toISOString().slice(0, 19)}Z`;
}
