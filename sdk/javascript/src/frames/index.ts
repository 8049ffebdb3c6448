/** F2, F4: a path as a report carries it, and whose code a file is. */
import { lower } from '../codepoints.js';
import { below } from '../signature/paths.js';
import { JAVASCRIPT, type Look } from './javascript.js';

/** Files whose owner is remembered; beyond that all are forgotten and asked about again. */
const MAX_KNOWN = 4_096;

/** Tells the app's files from others, for one root; answers are remembered, bounded. */
export class Frames {
  private readonly known = new Map<string, boolean>();
  private readonly foreign: RegExp;

  /**
   * @param root the folder that the app ran in (F1), "" when unknown
   * @param include folders that are the app's, wherever they lie
   * @param libraries folders of the runtime and of installed packages, besides those that look so
   */
  constructor(
    private readonly root: string,
    private readonly include: readonly string[] = [],
    private readonly libraries: readonly string[] = [],
    private readonly look: Look = JAVASCRIPT,
  ) {
    this.foreign = new RegExp(look.patterns.join('|'), 'u');
  }

  /** Whether the file, as the runtime names it, is the app's own (F4). */
  inApp(file: string): boolean {
    let known = this.known.get(file);
    if (known === undefined) {
      if (this.known.size >= MAX_KNOWN) this.known.clear();
      known = this.isOfApp(file.replace(/\\/g, '/'));
      this.known.set(file, known);
    }
    return known;
  }

  /** The path that a report carries (F2): below the root, else as the runtime gives it, with forward slashes. */
  path(file: string): string {
    return below(file, this.root)?.join('/') ?? file.replace(/\\/g, '/');
  }

  private isOfApp(path: string): boolean {
    const { starts, folded, isForeign } = this.look;
    const isBelow = (folder: string): boolean => below(path, folder) !== null;
    if (this.include.some(isBelow)) return true;
    if (path === '' || starts.some((start) => path.startsWith(start)) || this.libraries.some(isBelow)) return false;
    return !this.foreign.test(folded ? lower(path) : path) && !isForeign?.(path);
  }
}
