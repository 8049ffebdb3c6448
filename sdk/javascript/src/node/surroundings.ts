/** Where options come from in Node. */
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Surroundings } from '../options.js';
import { TRANSPORTS } from '../reading.js';
import { reason } from './files.js';
import * as fs from './fs.js';
import { deployOf, releaseOf } from './release.js';
import { warn } from '../warn.js';

const MOST_FOLDERS = 40;
const MOST_BYTES = 1_000_000;

export const surroundings: Surroundings = {
  environ: process.env,
  project,
  absolute,
  release: (root) => releaseOf(process.env, root),
  deploy: () => deployOf(process.env),
  transports: TRANSPORTS,
};

/** An absolute path; `~` is the user's. "" when even the working folder is unknown. */
function absolute(path: string, below = ''): string {
  try {
    if (path.startsWith('file:')) return fileURLToPath(path);
    if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1));
    return resolve(below || process.cwd(), path);
  } catch {
    return path.startsWith('/') ? path : '';
  }
}

function project(root: string): ReturnType<Surroundings['project']> {
  let folder = root;
  for (let count = 0; folder && count < MOST_FOLDERS; count += 1) {
    const path = join(folder, 'package.json');
    const text = textOf(path);
    // Most have nothing for us.
    if (text.includes('"splat"')) {
      const table = tableOf(path, text);
      if (table !== undefined) return { path, folder, table };
    }
    const above = dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  return undefined;
}

function textOf(path: string): string {
  try {
    const state = fs.statSync(path);
    return state.isFile() && state.size <= MOST_BYTES ? fs.readFileSync(path, 'utf8') : '';
  } catch (error) {
    if (reason(error) === 'EACCES') warn(`${path} cannot be read; its "splat" is passed over`, 'project');
    return '';
  }
}

function tableOf(path: string, text: string): unknown {
  try {
    const told = JSON.parse(text.replace(/^\ufeff/, '')) as { splat?: unknown } | null;
    return told?.splat;
  } catch {
    warn(`${path} cannot be read as JSON; its "splat" is passed over`, 'project');
    return undefined;
  }
}
