/** P1: where the spool of one destination is. The same folder as the SDKs of other languages use. */
import * as os from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { sha256 } from '../digest.js';
import type { Options } from '../options.js';
import { className } from '../plain.js';
import * as fs from './fs.js';

/** The folder for what goes to the options' repository or URL, for the user that this process now is. */
export function folderOf(options: Options): string {
  const kind = typeof options.transport === 'string' ? options.transport : className(options.transport);
  const places: { [kind: string]: string } = { http: options.url, file: options.folder };
  const target = places[kind] ?? `${options.apiUrl}/${options.repo}`;
  const plain = (kind === 'github' ? options.repo : kind).replace(/[^0-9A-Za-z._-]/gu, '-').slice(0, 60);
  const name = `${plain.replace(/^[.-]{1,60}/, '')}-${sha256(`${kind}\n${target}`).slice(0, 8)}`;
  const base = options.spoolDir || userCache();
  // In the folder that all users share it stands alone: one in between could be another's.
  const place = base ? join(base, name) : join(os.tmpdir(), `splat-${userNumber()}-${name}`);
  return isOthers(place) ? `${place}-${userNumber()}` : place;
}

/** `splat` in the user's cache folder; "" where the user has none. */
function userCache(): string {
  const home = homeFolder();
  const base =
    process.platform === 'win32'
      ? (process.env.LOCALAPPDATA ?? '')
      : process.platform === 'darwin'
        ? join(home, 'Library', 'Caches')
        : process.env.XDG_CACHE_HOME || join(home, '.cache');
  if (!isAbsolute(base)) return '';
  const own = join(base, 'splat');
  const nearest = [own, base].find((each) => fs.existsSync(each)) ?? dirname(base);
  return mayWrite(nearest) ? own : '';
}

function homeFolder(): string {
  try {
    return os.homedir();
  } catch {
    return '';
  }
}

function mayWrite(path: string): boolean {
  try {
    fs.accessSync(path, fs.constants.W_OK | fs.constants.X_OK);
    return fs.statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isOthers(path: string): boolean {
  try {
    const user = process.geteuid?.();
    return user !== undefined && fs.lstatSync(path).uid !== user;
  } catch {
    return false;
  }
}

function userNumber(): number | string {
  return process.geteuid?.() ?? 'user';
}

const TAKEN = /^.{1,300}\.json\.([0-9]{1,10})\.taken$/;
const JOURNAL = /^([0-9]{1,10})-[0-9a-f]{8}\.journal$/;

/** Whether a process that is gone left something there. Looks at names alone. */
export function waitsIn(folder: string): boolean {
  try {
    return fs.readdirSync(folder).some((name) => name.endsWith('.json') || isLeft(name));
  } catch {
    return false;
  }
}

function isLeft(name: string): boolean {
  const owner = TAKEN.exec(name) ?? JOURNAL.exec(name);
  return owner !== null && isGone(Number(owner[1]));
}

/** Whether no process has that number, or only this one, which knows what it took. */
export function isGone(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === 'ESRCH';
  }
}
