/** Which commit runs and what was deployed, from what platforms say in the environment, else from `.git`. */
import { isAbsolute, join, normalize } from 'node:path';
import * as fs from './fs.js';

/** Set to the commit by the platform that built or runs the app; the first that looks like one counts. */
const COMMIT_VARIABLES = [
  'HEROKU_SLUG_COMMIT',
  'HEROKU_BUILD_COMMIT',
  'VERCEL_GIT_COMMIT_SHA',
  'RENDER_GIT_COMMIT',
  'RAILWAY_GIT_COMMIT_SHA',
  'CF_PAGES_COMMIT_SHA',
  'CODEBUILD_RESOLVED_SOURCE_VERSION',
  'BUILD_SOURCEVERSION',
  'BITBUCKET_COMMIT',
  'CIRCLE_SHA1',
  'CI_COMMIT_SHA',
  'GITHUB_SHA',
  'GIT_COMMIT',
  'GIT_SHA',
  'COMMIT_SHA',
  'COMMIT_REF',
  'SOURCE_VERSION',
  'SOURCE_COMMIT',
];
/** Names what was deployed, where a platform has a word for it. */
const DEPLOY_VARIABLES = ['HEROKU_RELEASE_VERSION', 'VERCEL_DEPLOYMENT_ID', 'RAILWAY_DEPLOYMENT_ID', 'K_REVISION'];
const COMMIT = /^[0-9A-Fa-f]{7,64}$/;
const MOST_BYTES = 1_000_000;

type Environ = Readonly<Record<string, string | undefined>>;

/** The commit that runs; "" where nothing tells. Reads at most four small files. */
export function releaseOf(environ: Environ, root: string): string {
  for (const name of COMMIT_VARIABLES) {
    const value = environ[name]?.trim() ?? '';
    if (COMMIT.test(value)) return value.toLowerCase();
  }
  try {
    return ofCheckout(root);
  } catch {
    return '';
  }
}

/** The platform's name for this deployment; "" where it has none. */
export function deployOf(environ: Environ): string {
  return DEPLOY_VARIABLES.map((name) => environ[name]?.trim()).find(Boolean) ?? '';
}

function ofCheckout(root: string): string {
  let folder = gitFolder(root);
  if (!folder) return '';
  const head = read(join(folder, 'HEAD')).trim();
  if (!head.startsWith('ref: ')) return commit(head);
  const name = head.slice(5).trim();
  if (name.includes('..') || isAbsolute(name)) return '';
  // A linked work tree keeps its branches in the main one's folder.
  const shared = join(folder, 'commondir');
  if (fs.existsSync(shared)) folder = normalize(join(folder, read(shared).trim()));
  const loose = join(folder, ...name.split('/'));
  if (fs.existsSync(loose)) return commit(read(loose).trim());
  const packed = read(join(folder, 'packed-refs')).split('\n').map((line) => line.trim().split(' '));
  return commit(packed.find(([, ref]) => ref === name)?.[0] ?? '');
}

function commit(told: string): string {
  return COMMIT.test(told) ? told : '';
}

function gitFolder(root: string): string {
  const place = join(root, '.git');
  const state = fs.statSync(place);
  if (state.isDirectory()) return place;
  const told = read(place).trim();
  if (!told.startsWith('gitdir: ')) return '';
  const folder = told.slice(8).trim();
  return isAbsolute(folder) ? folder : join(root, folder);
}

function read(path: string): string {
  const state = fs.statSync(path);
  return state.isFile() && state.size <= MOST_BYTES ? fs.readFileSync(path, 'utf8') : '';
}
