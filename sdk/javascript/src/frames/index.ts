/** F2, F4: a path as a report carries it, and whose code a file is. */
import { lower } from '../codepoints.js';
import { below } from '../signature/paths.js';
import type { Runtime } from '../values.js';
import { GO_STANDARD, LOOKS } from './runtimes.js';

/** Files whose owner is remembered; beyond that all are forgotten and asked about again. */
const MAX_KNOWN = 4_096;

/** Tells the app's files from others, for one root; answers are remembered, bounded. */
export class Frames {
  private readonly known = new Map<string, boolean>();

  /**
   * @param root the folder that the app ran in (F1), "" when unknown
   * @param include folders that are the app's, wherever they lie
   * @param libraries folders of the runtime and of installed packages, besides those that look so
   */
  constructor(
    private readonly root: string,
    private readonly include: readonly string[] = [],
    private readonly libraries: readonly string[] = [],
    private readonly runtime: Runtime = 'javascript',
  ) {}

  /** Whether the file, as the runtime names it, is the app's own (F4). */
  inApp(file: string): boolean {
    let known = this.known.get(file);
    if (known === undefined) {
      if (this.known.size >= MAX_KNOWN) this.known.clear();
      known = isInApp(this.runtime, file.replace(/\\/g, '/'), this.include, this.libraries);
      this.known.set(file, known);
    }
    return known;
  }

  /** The path that a report carries (F2): below the root, else as the runtime gives it, with forward slashes. */
  path(file: string): string {
    return below(file, this.root)?.join('/') ?? file.replace(/\\/g, '/');
  }
}

function isInApp(runtime: Runtime, path: string, include: readonly string[], libraries: readonly string[]): boolean {
  const isBelow = (folder: string): boolean => below(path, folder) !== null;
  if (include.some(isBelow)) return true;
  if (path === '' || LOOKS[runtime].starts.some((start) => path.startsWith(start)) || libraries.some(isBelow))
    return false;
  if (runtime === 'ruby' && path === '-e') return false;
  const looked = runtime === 'python' || runtime === 'php' ? lower(path) : path;
  return !looksForeign(runtime).test(looked) && !(runtime === 'go' && isGoStandard(path));
}

const compiled = new Map<Runtime, RegExp>();

function looksForeign(runtime: Runtime): RegExp {
  let pattern = compiled.get(runtime);
  if (!pattern) compiled.set(runtime, (pattern = new RegExp(LOOKS[runtime].patterns.join('|'), 'u')));
  return pattern;
}

const GO_SOURCE =
  /(?:^|\/)(?:[Gg][Oo]|[Gg][Oo]-?[0-9][0-9.]*|[^/]{1,100}-[Gg][Oo]-[0-9.]+)(?:\/[^/]{1,100}){0,3}\/src\/([A-Za-z]+)\//u;

/** F4.6: whether it lies in the sources that come with Go. */
function isGoStandard(path: string): boolean {
  const source = GO_SOURCE.exec(path);
  if (source) return GO_STANDARD.has(lower(source[1] as string));
  return path.includes('/') && GO_STANDARD.has(path.slice(0, path.indexOf('/')));
}
