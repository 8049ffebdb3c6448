/** F5: lines of the app's source, each file read once; and the packages that are installed. */
import * as os from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Around, Sight } from '../report.js';
import type { Frame } from '../values.js';
import * as fs from './fs.js';
import { isBundled, Maps } from './maps.js';

const LARGEST = 2 * 1024 * 1024;
/** UTF-16 units of source that are remembered; beyond that all are forgotten and read again. */
const MOST_REMEMBERED = 4_000_000;
const MOST_FILES = 2_000;
const CONTEXT = 5;
/** A stack may name any file; these are what program text is kept in. */
const PROGRAM_TEXT = /\.(?:[cm]?[jt]s|[jt]sx|vue|svelte|astro|coffee)$/i;
const INSTALLED = /^(.{1,2000}[/\\]node_modules[/\\](@[^/\\]{1,200}[/\\])?[^/\\]{1,200})[/\\]/;

/** Reads files; for the worker. */
export class NodeSight implements Sight {
  private readonly files = new Map<string, readonly string[]>();
  private characters = 0;
  private readonly maps = new Maps();
  private readonly packages = new Map<string, { name: string; version: string } | undefined>();

  around(file: string, line: number): Around | undefined {
    const lines = this.lines(file);
    const source = lines[line - 1];
    if (source === undefined) return undefined;
    return {
      source,
      before: lines.slice(Math.max(0, line - 1 - CONTEXT), line - 1),
      behind: lines.slice(line, line + CONTEXT),
    };
  }

  private lines(file: string): readonly string[] {
    const known = this.files.get(file);
    if (known !== undefined) return known;
    const text = textOf(file) || (this.maps.textOf(file) ?? '');
    if (this.characters + text.length > MOST_REMEMBERED || this.files.size >= MOST_FILES) {
      this.files.clear();
      this.characters = 0;
    }
    this.characters += text.length;
    const lines = text ? text.split(/\r\n|[\n\r\u2028\u2029]/) : [];
    this.files.set(file, lines);
    return lines;
  }

  isBundled(lines: string): boolean {
    return isBundled(lines);
  }

  original(frame: Frame): Frame {
    return this.maps.original(frame);
  }

  packageOf(file: string): { name: string; version: string } | undefined {
    const folder = INSTALLED.exec(pathOf(file))?.[1];
    if (folder === undefined) return undefined;
    if (!this.packages.has(folder)) {
      if (this.packages.size >= MOST_FILES) this.packages.clear();
      this.packages.set(folder, packageIn(folder));
    }
    return this.packages.get(folder);
  }

  facts(): { runtime_version: string; platform: string } {
    const machine = (os as { machine?: () => string }).machine?.() ?? os.arch();
    return { runtime_version: process.versions.node, platform: `${os.type()} ${machine}` };
  }
}

function packageIn(folder: string): { name: string; version: string } | undefined {
  try {
    const told = JSON.parse(fs.readFileSync(`${folder}/package.json`, 'utf8')) as { [key: string]: unknown } | null;
    const { name, version } = told ?? {};
    return typeof name === 'string' && typeof version === 'string' ? { name, version } : undefined;
  } catch {
    return undefined;
  }
}

/** What stands in a plain file of program text of at most 2 MiB; else nothing. */
function textOf(file: string): string {
  const path = pathOf(file);
  if (!PROGRAM_TEXT.test(path)) return '';
  try {
    // A pipe that has taken a file's place must not hold us.
    const descriptor = fs.openSync(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
    try {
      const state = fs.fstatSync(descriptor);
      return state.isFile() && state.size <= LARGEST ? fs.readFileSync(descriptor, 'utf8').replace(/^\ufeff/, '') : '';
    } finally {
      fs.closeSync(descriptor);
    }
  } catch {
    return '';
  }
}

function pathOf(file: string): string {
  if (!file.startsWith('file:')) return file;
  try {
    return fileURLToPath(file.replace(/[?#].{0,2000}$/, ''));
  } catch {
    return '';
  }
}
