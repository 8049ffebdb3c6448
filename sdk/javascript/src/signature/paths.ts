import type { Runtime } from '../values.js';
import { field } from './text.js';

/** S4: a path as the app's root sees it, the same on every host and in every release. */

const URL = /^([A-Za-z][A-Za-z0-9+.-]{1,20}):\/\/[^/]*([^]*)$/;
const WEBPACK_LAYER = /^\/?\([0-9A-Za-z_-]+\)\//;
const DRIVE = /^\/?[A-Za-z]:\//;
const WORD = /[0-9A-Za-z]+/g;
const HASH = /^(?=[a-f]*[0-9])[0-9a-f]{8,64}$/;

export interface Segments {
  readonly absolute: boolean;
  readonly parts: readonly string[];
}

/** The path below `root` with forward slashes; below nothing when `root` is "" or not above it. */
export function rootRelative(runtime: Runtime, path: string, root: string): string {
  const parts = [...(below(path, root) ?? segments(path).parts)];
  const name = parts.pop();
  if (name === undefined) return '';
  return [...parts, runtime === 'javascript' ? withoutHash(name) : name].join('/');
}

/** The segments of the path below the folder; null when it does not lie inside, or the folder has no segment. */
export function below(path: string, folder: string): readonly string[] | null {
  const above = segments(folder);
  const inside = segments(path);
  const depth = above.parts.length;
  if (depth === 0 || inside.absolute !== above.absolute || inside.parts.length <= depth) return null;
  return above.parts.every((part, index) => part === inside.parts[index]) ? inside.parts.slice(depth) : null;
}

/** Whether the path is absolute, and its segments with `.` and `..` worked out. */
export function segments(path: string): Segments {
  const local = withoutHost(field(path).replace(/\\/g, '/')).replace(DRIVE, '/');
  const absolute = local.startsWith('/');
  const parts: string[] = [];
  for (const part of local.split('/')) {
    if (part === '' || part === '.') continue;
    const last = parts[parts.length - 1];
    if (part !== '..' || last === '..' || (last === undefined && !absolute)) parts.push(part);
    else parts.pop();
  }
  return { absolute, parts };
}

function withoutHost(path: string): string {
  const url = URL.exec(path);
  if (!url) return path;
  const scheme = (url[1] as string).toLowerCase();
  const local = (url[2] as string).replace(/[?#][^]*$/, '');
  if (scheme === 'file') return local;
  return (scheme.startsWith('webpack') ? local.replace(WEBPACK_LAYER, '') : local).replace(/^\/+/, '');
}

/** What bundlers put into a file's name to tell its contents, as `*`. */
function withoutHash(name: string): string {
  return name.replace(WORD, (run, at: number) => (at > 0 && HASH.test(run) ? '*' : run));
}
