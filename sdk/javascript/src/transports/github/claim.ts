/** D7: one process a host creates issues at a time, by a lock file in the spool. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { remove } from '../../node/files.js';
import * as fs from '../../node/fs.js';
import { Dates, wall } from '../../originals.js';

const NAME = 'create.lock';
/** After which time, in milliseconds, whoever holds it is not believed to be alive. */
const STALE = 60_000;

/** The right to create issues. Where there is no folder to write in, everyone has it: D8 puts that right. */
export class Claim {
  private readonly path: string;
  private held = false;

  /** `folder` is "" where there is none. */
  constructor(folder: string) {
    this.path = folder && join(folder, NAME);
  }

  /** Whether it is ours now. Does not wait. */
  take(): boolean {
    if (!this.path || this.held) return true;
    try {
      this.held = this.make() || (isStale(this.path) && this.breakOpen() && this.make());
    } catch {
      return true;
    }
    return this.held;
  }

  /** We are alive: nobody is to take it from us yet. */
  keep(): void {
    if (!this.held) return;
    try {
      const now = new Dates(wall());
      fs.utimesSync(this.path, now, now);
    } catch {
      // Somebody took it for stale; two creations are put right later.
    }
  }

  /** Let others have it. */
  release(): void {
    if (this.held) remove(this.path);
    this.held = false;
  }

  private make(): boolean {
    try {
      fs.closeSync(fs.openSync(this.path, 'wx', 0o600));
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'EEXIST') return false;
      throw error;
    }
  }

  /** Takes a stale lock away. Two processes may try at once: who finds a fresh one in his hands puts it back. */
  private breakOpen(): boolean {
    const aside = `${this.path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      fs.renameSync(this.path, aside);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') return true;
      throw error;
    }
    try {
      if (isStale(aside)) return true;
      fs.linkSync(aside, this.path);
    } catch {
      // A third one made it anew meanwhile.
    } finally {
      remove(aside);
    }
    return false;
  }
}

function isStale(path: string): boolean {
  const state = fs.lstatSync(path, { throwIfNoEntry: false });
  return state === undefined || Math.abs(wall() - state.mtimeMs) > STALE;
}
