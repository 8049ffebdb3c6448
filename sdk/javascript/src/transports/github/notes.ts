/**
 * What the processes of a host tell each other and those that come after them, in files beside the spool's. No file of
 * it ends in `.json`: those are the spool's. Where none can be written, each process knows only its own.
 */
import { join } from 'node:path';
import { compare } from '../../codepoints.js';
import { sha256 } from '../../digest.js';
import { makePrivate, remove, write } from '../../node/files.js';
import * as fs from '../../node/fs.js';
import { wall } from '../../originals.js';

const REPORTERS = 'reporters.txt';
const MOST_REPORTERS = 20;
const OWED = /^([1-9][0-9]{0,14})-([0-9a-f]{16})\.created$/;
const NO_LABELS_FOR = 3_600_000;
const OWED_FOR = 86_400_000;

/** An issue that was created and not yet followed up (D8). */
export interface Owed {
  readonly number: number;
  readonly signature: string;
}

/** Of one repository. Nothing here throws: a note that is lost costs an issue that is closed again. */
export class Notes {
  /** "" when there is none that only this user can read. */
  readonly folder: string;

  constructor(folder: string) {
    this.folder = quietly(() => {
      if (folder) makePrivate(folder);
      return folder;
    }, '');
  }

  // --- who files issues from here ------------------------------------------------------------------------------------

  /** Numeric ids of the accounts that this host's tokens were seen to create issues as. */
  reporters(): number[] {
    const lines = quietly(() => fs.readFileSync(join(this.folder, REPORTERS), 'utf8').slice(0, 1_000).split('\n'), []);
    return this.folder ? lines.filter((line) => /^[0-9]{1,15}$/.test(line)).map(Number) : [];
  }

  /** Remember one: an installation's token cannot ask who it is. */
  addReporter(account: number): void {
    const known = new Set(this.reporters());
    if (known.has(account) || known.size >= MOST_REPORTERS) return;
    const all = [...known, account].sort((one, other) => one - other);
    this.write(REPORTERS, all.map((each) => `${each}\n`).join(''));
  }

  // --- what is not finished ------------------------------------------------------------------------------------------

  /** D8 is to be done for this issue, which was created. */
  owe({ number, signature }: Owed): void {
    this.write(`${number}-${signature}.created`, '');
  }

  /** D8 is done for it. */
  settled({ number, signature }: Owed): void {
    if (this.folder) remove(join(this.folder, `${number}-${signature}.created`));
  }

  /** Issues created at least `older` milliseconds ago whose maker did not come to D8. */
  owed(older: number): Owed[] {
    const names = this.folder ? quietly(() => fs.readdirSync(this.folder), []) : [];
    return names.sort(compare).flatMap((name) => {
      const match = OWED.exec(name);
      const age = match ? this.age(name) : undefined;
      if (!match || age === undefined || age < older) return [];
      if (age > OWED_FOR) remove(join(this.folder, name));
      return age > OWED_FOR ? [] : [{ number: Number(match[1]), signature: match[2] as string }];
    });
  }

  // --- a token without the right to label ----------------------------------------------------------------------------

  /** The labels it set were dropped: a process that is started again and again must not file each time. */
  cannotLabel(token: string): void {
    this.write(noLabels(token), '');
  }

  /** False for an hour after `cannotLabel`. */
  mayLabel(token: string): boolean {
    const age = this.folder ? this.age(noLabels(token)) : undefined;
    return age === undefined || age > NO_LABELS_FOR;
  }

  // --- files ---------------------------------------------------------------------------------------------------------

  /** Milliseconds since a file was written; undefined where there is none. */
  private age(name: string): number | undefined {
    const state = quietly(() => fs.lstatSync(join(this.folder, name), { throwIfNoEntry: false }), undefined);
    return state && wall() - state.mtimeMs;
  }

  private write(name: string, text: string): void {
    if (this.folder) quietly(() => write(this.folder, name, text, false), '');
  }
}

function quietly<Result>(work: () => Result, otherwise: Result): Result {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

function noLabels(token: string): string {
  return `${sha256(token).slice(0, 16)}.cannot-label`;
}
