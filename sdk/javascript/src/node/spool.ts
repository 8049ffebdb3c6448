/** P: what could not be delivered yet, in a folder that only this user can read; the next process sends it. */
import { basename, dirname, join } from 'node:path';
import { Dates, wall } from '../originals.js';
import type { Warn } from '../warn.js';
import type { Kept, Store } from '../store.js';
import type { Item } from '../values.js';
import { itemOf, written } from '../wire.js';
import { makePrivate, nameOf, reason, remove, write } from './files.js';
import { isGone } from './folder.js';
import * as fs from './fs.js';

const MOST_FILES = 200;
const MOST_BYTES = 20_000_000;
const LARGEST = 4_000_000;
/** After so many milliseconds whoever took a file is not believed to be alive. */
const TAKEN_FOR = 600_000;
const UNFINISHED_FOR = 3_600_000;
const BAD_FOR = 7 * 86_400_000;
const TAKEN = /^(.{1,300}\.json)\.([0-9]{1,10})\.taken$/;

/** The files of one folder, which is made when the first one is needed. */
export class Spool implements Store {
  private made = false;
  private refused = false;
  private dropped = 0;
  private unreadable = 0;

  constructor(
    readonly folder: string,
    private readonly warn: Warn,
  ) {}

  keep(item: Item, synced: boolean): Kept {
    const path = this.guarded(() => {
      const name = `${nameOf(this.folder, item)}.${process.pid}.taken`;
      return write(this.folder, name, written(item), synced);
    });
    return { item, path: path ?? '' };
  }

  settled(kept: readonly Kept[]): void {
    for (const each of kept) if (each.path) remove(each.path);
  }

  later(kept: readonly Kept[]): Kept[] {
    const homeless = kept.filter((each) => !this.leave(each));
    if (kept.length > 0) this.guarded(() => this.trim());
    return homeless;
  }

  private leave(each: Kept): boolean {
    return (
      this.guarded(() => {
        const match = TAKEN.exec(basename(each.path));
        // Where something cleans up, the file may be gone.
        if (match && fs.existsSync(each.path)) fs.renameSync(each.path, join(dirname(each.path), match[1] as string));
        else write(this.folder, nameOf(this.folder, each.item), written(each.item), false);
        return true;
      }) ?? false
    );
  }

  take(most: number, after: string): { kept: Kept[]; last: string } {
    const kept: Kept[] = [];
    let last = '';
    this.guarded(() => {
      for (const name of this.names()) {
        if (name <= after) continue;
        if (kept.length === most) break;
        const each = this.taken(name);
        if (each) kept.push(each);
        last = name;
      }
    });
    this.tellUnreadable();
    return { kept, last: kept.length > 0 ? last : '' };
  }

  private taken(name: string): Kept | undefined {
    const free = join(this.folder, name);
    const path = `${free}.${process.pid}.taken`;
    try {
      const now = new Dates(wall());
      fs.utimesSync(free, now, now); // its age as taken is counted from now
      fs.renameSync(free, path);
    } catch {
      return undefined; // another process was faster
    }
    try {
      return { item: itemOf(textIn(path)), path };
    } catch {
      this.unreadable += 1;
      this.guarded(() => fs.renameSync(path, `${free}.bad`));
      return undefined;
    }
  }

  tidy(): void {
    this.guarded(() => {
      const now = wall();
      for (const name of fs.readdirSync(this.folder)) {
        try {
          this.tidied(name, now);
        } catch {
          // Each of these another process may do first.
        }
      }
      this.trim();
    });
  }

  private tidied(name: string, now: number): void {
    const path = join(this.folder, name);
    if (name.endsWith('.tmp') || name.endsWith('.bad')) {
      const age = now - fs.lstatSync(path).mtimeMs;
      if (age > (name.endsWith('.tmp') ? UNFINISHED_FOR : BAD_FOR)) fs.unlinkSync(path);
      return;
    }
    const match = TAKEN.exec(name);
    if (!match) return;
    const since = fs.lstatSync(path).mtimeMs;
    // In a container the process before had our number; what was taken since we began is ours, of whatever thread.
    const ours = Number(match[2]) === process.pid && since >= now - process.uptime() * 1_000;
    if ((!ours && isGone(Number(match[2]))) || now - since > TAKEN_FOR) {
      fs.renameSync(path, join(this.folder, match[1] as string));
    }
  }

  takeDropped(): number {
    const dropped = this.dropped;
    this.dropped = 0;
    return dropped;
  }

  private names(): string[] {
    return fs.readdirSync(this.folder).filter((name) => name.endsWith('.json')).sort();
  }

  /** P3: the oldest name goes first. */
  private trim(): void {
    const names = this.names();
    const sizes = names.map((name) => sizeOf(join(this.folder, name)));
    let bytes = sizes.reduce((sum, size) => sum + size, 0);
    for (let at = 0; names.length - at > MOST_FILES || bytes > MOST_BYTES; at += 1) {
      remove(join(this.folder, names[at] as string));
      bytes -= sizes[at] as number;
      this.dropped += 1;
    }
  }

  private tellUnreadable(): void {
    if (this.unreadable === 0) return;
    this.warn(
      `errors that were left in ${this.folder} (${this.unreadable}) cannot be read: another version of ` +
        '@splat-heal/sdk wrote them, or they are damaged. They are not sent; they stay there for 7 days, in files ' +
        'that end in .bad.',
      'unreadable',
    );
    this.unreadable = 0;
  }

  /** What `work` gives, in a folder that is there. Throws where no disk will have it. */
  private inFolder<Result>(work: () => Result): Result {
    const known = this.made;
    try {
      if (!known) makePrivate(this.folder);
      this.made = true;
      return work();
    } catch (error) {
      this.made = false;
      // Something cleans up here.
      if (known && !fs.existsSync(this.folder)) return this.inFolder(work);
      throw error;
    }
  }

  /** What `work` gives, in a folder that is there; undefined, and one warning, where no disk will have it (P6). */
  private guarded<Result>(work: () => Result): Result | undefined {
    try {
      return this.inFolder(work);
    } catch (error) {
      if (!this.refused) {
        this.refused = true;
        this.warn(
          `nothing can be written below ${this.folder} (${reason(error)}): errors that cannot be delivered at once ` +
            'are kept in memory alone, the last 100. Give the option `spoolDir` a folder that belongs to this user, ' +
            'or make room.',
          'no disk',
        );
      }
      return undefined;
    }
  }
}

function sizeOf(path: string): number {
  try {
    return fs.lstatSync(path).size;
  } catch {
    return 0;
  }
}

/** What stands in a file. Throws for what is no plain file, or too large. */
function textIn(path: string): string {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;
  const descriptor = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const state = fs.fstatSync(descriptor);
    if (!state.isFile() || state.size > LARGEST) throw new Error('no file of ours');
    return fs.readFileSync(descriptor, 'utf8');
  } finally {
    fs.closeSync(descriptor);
  }
}
