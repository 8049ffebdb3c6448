/** Folders that only this user can read, and files that are there whole or not at all (rules T3, P1, P2). */
import { dirname, join } from 'node:path';
import { digits } from '../clock.js';
import type { Item } from '../values.js';
import * as fs from './fs.js';

/** Makes the folder, readable for this user alone. Throws when it is a link, or another's. */
export function makePrivate(folder: string): void {
  makeFolder(folder);
  const state = fs.lstatSync(folder);
  if (!state.isDirectory()) throw refused(`${folder} is a link`);
  const user = process.geteuid?.();
  if (user === undefined) return;
  if (state.uid !== user) throw refused(`${folder} belongs to another user`);
  if (state.mode & 0o077) fs.chmodSync(folder, 0o700);
}

/** Not by Node's `recursive`, which never ends where a folder that is there takes none: /proc, or an unmounted share. */
function makeFolder(folder: string): void {
  if (fs.existsSync(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process was faster; or it is a link to nothing, which is looked at next.
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  }
}

function refused(why: string): Error {
  return Object.assign(new Error(why), { code: 'ENOTPRIVATE' });
}

/** Writes `name` so that no reader ever finds a part of it. Throws, and leaves nothing behind, where it cannot. */
export function write(folder: string, name: string, text: string, synced: boolean): string {
  const path = join(folder, name);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    fill(temporary, text, synced);
    fs.renameSync(temporary, path);
  } catch (error) {
    remove(temporary);
    throw error;
  }
  return path;
}

function fill(path: string, text: string, synced: boolean): void {
  const descriptor = fs.openSync(path, 'w', 0o600);
  try {
    fs.writeFileSync(descriptor, text);
    if (synced) fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** Deletes a file that somebody else may delete first. */
export function remove(path: string): void {
  try {
    fs.unlinkSync(path);
  } catch {
    // It is gone already, or stays until a later tidying.
  }
}

/** The name of an item's file, which orders by time (rules T3, P2); one right behind it where that is in use. */
export function nameOf(folder: string, item: Item): string {
  const rest = 'count' in item ? `${item.count.signature}.count.json` : `${item.id}.json`;
  const when = BigInt(digits(item.time));
  for (let number = 0n; number < 1_000n; number += 1n) {
    const name = `${String(when + number).padStart(17, '0')}-${rest}`;
    if (!fs.existsSync(join(folder, name))) return name;
  }
  return `${when}-${rest}`;
}

/** What a failed system call says. */
export function reason(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return code === 'ENOTPRIVATE' ? String(message) : typeof code === 'string' ? code : 'it failed';
}
