// Apps as processes: each with the SDK and, for comparison, without it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

/** Nothing of the machine's own settings may decide a test. */
export function environ(more) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(SPLAT_|GITHUB_|NODE_|npm_)/.test(name));
  return { ...Object.fromEntries(kept), ...more };
}

/** A process that a test which fails may leave behind: it would keep all tests from ending. */
export function mortal(child) {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

const running = new Set();
after(() => running.forEach((child) => child.kill('SIGKILL')));

/** Runs `apps/<file>` with arguments until `stop`; with the SDK unless `bare`. */
export async function serve(file, args, { bare = false, env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'splat-js-'));
  const own = { SPLAT_TRANSPORT: 'file', SPLAT_FOLDER: join(folder, 'reports'), SPLAT_SPOOL_DIR: join(folder, 'spool') };
  const child = mortal(
    spawn(process.execPath, [join(here, 'apps', file), ...args], {
      env: environ({ ...(bare ? { BARE: '1' } : own), ...env }),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const app = { child, folder, output: '', errors: '', url: '' };
  child.stdout.on('data', (data) => (app.output += data));
  child.stderr.on('data', (data) => (app.errors += data));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`the app ended: ${app.errors}`);
    return /port ([0-9]+)/.exec(app.output);
  });
  app.port = Number(/port ([0-9]+)/.exec(app.output)[1]);
  app.ask = (method, path, body, headers) => ask(app.port, method, path, body, headers);
  app.reports = () => reports(join(folder, 'reports'));
  app.ended = ended;
  app.stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  return app;
}

/** Why a test of packages that nobody installed does not run; false when they are there. */
export function missing(...places) {
  const gone = places.find((each) => !existsSync(join(here, each, 'node_modules')));
  return gone === undefined ? false : `npm ci --prefix ${join('tests', 'frameworks', gone)}`;
}

/** Waits for what `look` gives; looks often, and long. */
export async function until(look, seconds = 60) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The reports in a folder, in the order of their times. */
export function reports(folder) {
  let names = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json') && !name.endsWith('.count.json'));
  } catch {
    return [];
  }
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

/** Of some reports type, message and request, in the order of their messages: times may be equal. */
export function told(found) {
  return inOrder(found.map((each) => [each.exceptions[0].type, each.exceptions[0].message, each.request]));
}

/** What `told` gives, in its order. */
export function inOrder(expected) {
  return expected.sort(([, one], [, other]) => (one < other ? -1 : 1));
}

/** Status, headers and body of an answer; `broken` when it ended too early. */
export function ask(port, method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (data) => (text += data));
      response.on('error', () => undefined);
      response.on('close', () => {
        const { date, ...rest } = response.headers;
        resolve({ status: response.statusCode, headers: rest, body: text, broken: !response.complete });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A client that goes away in the middle of an answer. */
export function leave(port, path) {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, path, agent: false }, (response) => {
      response.on('error', () => undefined);
      response.once('data', () => {
        request.destroy();
        setTimeout(resolve, 50);
      });
    });
    request.on('error', reject);
  });
}

/** Without the one line that Node itself adds where AsyncLocalStorage is used, before version 24. */
export function plain(errors) {
  return errors.replace(/\n +at [A-Za-z]+\.callbackTrampoline \(node:internal\/async_hooks:[0-9:]+\)/g, '');
}
