/** D5, D7, D8: what is done for an error, decided over the issues that were listed. Pure: no clock, no network. */
import { encoded } from './block.js';

export const LABEL = 'splat';
/** How long an issue is left alone after someone else wrote to it. */
const QUIET = 300_000;
/** Without releases, how long a closed bug must have stayed away to be a regression. */
const FIXED_FOR = 86_400_000;
/** Issues an hour. */
const PROCESS_LIMIT = 10;
const REPOSITORY_LIMIT = 20;
const MOST_HOPS = 3;

/** An error to decide about: when it happened, and in which release ("" when unknown, not encoded). */
export interface Sighting {
  readonly signature: string;
  readonly at: number;
  readonly release: string;
}

/** An issue as the index knows it (D1). */
export interface Listed {
  readonly number: number;
  /** Numeric id. */
  readonly author: number;
  /** Of its marker (D2). */
  readonly signature: string | null;
  readonly open: boolean;
  readonly updatedAt: number;
  /** GitHub's `state_reason`. */
  readonly reason: string | null;
  readonly closedAt: number | null;
  /** Of its block, encoded. */
  readonly releases: readonly string[];
  readonly labels: readonly string[];
  /** Of its block. */
  readonly duplicateOf: number | null;
}

/**
 * What to do for an error; `number`, the issue to count in, to wait for or to reopen. `hold`: count it for the issue
 * about too many (D9). `wait`: someone just wrote there, count it later.
 */
export type Decision =
  | { readonly do: 'create' | 'hold' | 'silent' }
  | { readonly do: 'count' | 'wait' | 'regression'; readonly number: number };

/** What remains to be done once an issue was created (D7, D8). */
export interface Aftermath {
  /** The token may not label: this process creates no more. */
  readonly stop: boolean;
  /** This one gets the trigger label. */
  readonly label: number | null;
  /** These are closed as its duplicates. */
  readonly close: readonly number[];
}

/** What a decision needs besides the issues. */
export interface Circumstances {
  /** Numeric ids. */
  readonly reporters: ReadonlySet<number>;
  readonly now: number;
  /** Of issues by number, the `updated_at` this process was answered when it last wrote there. */
  readonly ownWrites: ReadonlyMap<number, number>;
  /** Issues made in the last hour. */
  readonly created: { readonly process: number; readonly repository: number };
  /** GitHub's own record of duplicates; asked only for a closed duplicate whose block names no other issue. */
  canonicalOf(issue: Listed): Promise<number | null>;
}

/** D5. */
export async function decide(error: Sighting, issues: readonly Listed[], told: Circumstances): Promise<Decision> {
  const mine = issues.filter((each) => each.signature === error.signature && told.reporters.has(each.author));
  const chosen = choose(mine);
  if (!chosen) {
    const { process, repository } = told.created;
    return { do: process >= PROCESS_LIMIT || repository >= REPOSITORY_LIMIT ? 'hold' : 'create' };
  }
  const issue = await follow(chosen, issues, told);
  if (!issue) return { do: 'silent' };
  const { number } = issue;
  if (issue.open) {
    const isOthers = told.now - issue.updatedAt < QUIET && told.ownWrites.get(number) !== issue.updatedAt;
    return { do: isOthers ? 'wait' : 'count', number };
  }
  const isBack = issue.reason !== 'not_planned' && cameBack(issue, error.at, encoded(error.release));
  return isBack ? { do: 'regression', number } : { do: 'silent' };
}

function choose(issues: readonly Listed[]): Listed | undefined {
  const byNumber = [...issues].sort((one, other) => one.number - other.number);
  const closed = byNumber.filter((each) => !isDuplicate(each));
  return byNumber.find((each) => each.open) ?? closed[closed.length - 1] ?? byNumber[0];
}

function isDuplicate(issue: Listed): boolean {
  return !issue.open && issue.reason === 'duplicate';
}

/** The issue that a closed duplicate leads to; null where that ends nowhere we may write. */
async function follow(start: Listed, issues: readonly Listed[], told: Circumstances): Promise<Listed | null> {
  let issue = start;
  for (let hops = 0; hops < MOST_HOPS && isDuplicate(issue); hops += 1) {
    const number = issue.duplicateOf ?? (await told.canonicalOf(issue));
    const target = issues.find((each) => each.number === number);
    if (!target || !told.reporters.has(target.author) || target.signature === null) return null;
    issue = target;
  }
  return isDuplicate(issue) ? null : issue;
}

function cameBack(issue: Listed, at: number, release: string): boolean {
  if (release && issue.releases.length) return !issue.releases.includes(release);
  return issue.closedAt !== null && at - issue.closedAt >= FIXED_FOR;
}

/** D7, D8: what follows once this process created issue `created` and read the index again. */
export function afterCreate(
  signature: string,
  created: number,
  issues: readonly Listed[],
  reporters: ReadonlySet<number>,
  trigger: string,
): Aftermath {
  const own = issues.find((each) => each.number === created);
  if (own && !own.labels.includes(LABEL)) return { stop: true, label: null, close: [] };
  const [kept, ...others] = issues
    .filter((each) => each.open && each.signature === signature && reporters.has(each.author))
    .sort((one, other) => one.number - other.number);
  if (!kept) return { stop: false, label: null, close: [] };
  const label = kept.labels.includes(trigger) ? null : kept.number;
  return { stop: false, label, close: others.map((each) => each.number) };
}
