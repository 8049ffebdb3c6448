/**
 * The end of a Node process. With nothing left to do it delivers and then ends; when it ends at once, all is in the
 * spool first, and one child process delivers it while this one waits, at most as long as `shutdownTimeout` says.
 */
import { basename, dirname, join } from 'node:path';
import type { Options } from '../options.js';
import { steady } from '../originals.js';
import { state } from '../state.js';
import { debug, kindOf, warn } from '../warn.js';
import type { Worker } from '../worker.js';
import { closeSync, existsSync, openSync } from './fs.js';
import { OWN } from './place.js';

const AT_MOST = 2;
/** With less than so many seconds left no process is begun. */
const WORTH_A_PROCESS = 0.2;
/** What a child needs of the environment to reach a network. Not `NODE_OPTIONS`: it would load the app's own hooks. */
const NEEDED =
  /^(?:path|home|tmpdir|temp|tmp|systemroot|userprofile|localappdata|https?_proxy|no_proxy|all_proxy|ssl_cert_file|ssl_cert_dir|node_extra_ca_certs)$/i;

/** What the child is told on its standard input. */
export interface Order {
  readonly options: Partial<Options>;
  readonly folder: string;
  readonly seconds: number;
  readonly said: readonly string[];
}

/** Delivers at the end of this process; answers what takes that away again. */
export function watchEnd(worker: Worker, options: Options, folder: () => string): () => void {
  let left = Math.min(AT_MOST, options.shutdownTimeout);
  const spend = async (): Promise<void> => {
    const began = steady();
    await worker.hurried(left);
    left -= (steady() - began) / 1_000;
  };
  const beforeExit = (): void => {
    // What is started now makes Node tell of the end again: other listeners would hear of it twice.
    if (left < WORTH_A_PROCESS || process.listenerCount('beforeExit') > 1 || !worker.isOwing()) return;
    spend().catch((error: unknown) => warn(`nothing is delivered at the end, for ${kindOf(error)}`, 'end'));
  };
  const exit = (): void => {
    for (const each of [...state.held]) each();
    if (worker.finish() > 0 && left >= WORTH_A_PROCESS) deliver(options, folder(), left);
  };
  return listen({ beforeExit, exit });
}

interface End {
  beforeExit(): void;
  exit(): void;
}

/** Of each `init` whose delivery is not over yet. */
const ends = new Set<End>();
const beforeExit = (): void => ends.forEach((each) => each.beforeExit());
const exit = (): void => ends.forEach((each) => each.exit());

function listen(end: End): () => void {
  if (ends.size === 0) {
    process.on('beforeExit', beforeExit);
    process.on('exit', exit);
    makeRoom(1);
  }
  ends.add(end);
  return () => {
    if (!ends.delete(end) || ends.size > 0) return;
    process.removeListener('beforeExit', beforeExit);
    process.removeListener('exit', exit);
    makeRoom(-1);
  };
}

/** Node warns of many listeners: ours is not to be the one too many. */
function makeRoom(more: number): void {
  const most = process.getMaxListeners();
  if (most > 1 && Number.isFinite(most)) process.setMaxListeners(most + more);
}

/** Empties the spool by a process of its own, at most in so many seconds. */
function deliver(options: Options, folder: string, seconds: number): void {
  const script = scriptPath(options.root);
  // An object of the app's cannot be sent along; what an executable made of an app and Node runs is the app again. A
  // deploy may have taken the script away, of which Node would tell the user.
  if (typeof options.transport !== 'string' || !existsSync(script) || !isNode()) return;
  const { repo, token, apiUrl, url, transport, labels, triggerLabel, reporters, release } = options;
  const { publicLogs, publicRequest, publicLocals, redact, debug: isDebug } = options;
  const order: Order = {
    options: {
      ...{ repo, token, apiUrl, url, transport, labels, triggerLabel, reporters, release },
      ...{ publicLogs, publicRequest, publicLocals, redact, debug: isDebug },
    },
    folder,
    seconds,
    said: [...state.said],
  };
  try {
    // Parts of Node's program, which only this end needs.
    const { spawnSync } = require('node:child_process') as typeof import('node:child_process');
    fillStandard();
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => NEEDED.test(name)));
    spawnSync(process.execPath, [script], {
      input: JSON.stringify(order),
      stdio: ['pipe', 'ignore', 'inherit'],
      env: { ...env, SPLAT_DELIVERER: '1', ELECTRON_RUN_AS_NODE: '1' },
      timeout: Math.ceil(seconds * 1_000),
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
  } catch (error) {
    debug(`no process could be started to deliver (${kindOf(error)}); the next one of the app does`);
  }
}

/** A program that has closed its standard streams would be aborted when it closes a pipe that has got their numbers. */
function fillStandard(): void {
  if (process.platform === 'win32') return;
  for (let count = 0; count <= 3; count += 1) {
    const descriptor = openSync('/dev/null', 'r');
    if (descriptor > 2) return closeSync(descriptor);
  }
}

/** Where the child's program is. In a bundle this file is somewhere else than its neighbours. */
function scriptPath(root: string): string {
  if (OWN) return join(OWN, 'node', 'deliver.js');
  const { createRequire } = require('node:module') as typeof import('node:module');
  for (const from of [root, process.cwd()]) {
    try {
      const main = createRequire(join(from, 'package.json')).resolve('@splat-heal/sdk');
      const path = join(dirname(main), 'node', 'deliver.js');
      if (existsSync(path)) return path;
    } catch {
      // It is not installed there.
    }
  }
  return '';
}

/** Whether the running program can be given another script to run. */
function isNode(): boolean {
  return 'electron' in process.versions || (/^(?:node|bun)/i.test(basename(process.execPath)) && !('pkg' in process));
}
