// Programs as processes of their own, and a collector on loopback that can be slow or gone.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environ, mortal } from '../frameworks/kit.mjs';

export { environ, reports, until } from '../frameworks/kit.mjs';
export const SDK = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A folder that is gone after the test. */
export function folderFor(context) {
  const folder = mkdtempSync(join(tmpdir(), 'splat-js-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a program to its end. `SDK` in its text is where the SDK is. */
export function run(folder, text, { name = 'app.cjs', env = {}, node = [] } = {}) {
  const path = join(folder, name);
  writeFileSync(path, text.replaceAll('SDK', SDK));
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = mortal(spawn(process.execPath, [...node, path], { cwd: folder, env: environ(env), stdio }));
  let [output, errors] = ['', ''];
  child.stdout.on('data', (data) => (output += data));
  child.stderr.on('data', (data) => (errors += data));
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output, errors }));
  });
}

/** What stands in a folder, and below it. */
export function files(folder, ending = '') {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && each.name.endsWith(ending))
    .map((each) => join(each.parentPath ?? each.path, each.name));
}

export function json(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** A collector: what it was sent is in `batches`; `answer` says how it is answered (undefined: not at all). */
export async function collector(context, answer = () => 200) {
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (data) => (body += data));
    request.on('end', () => {
      const status = answer(made.batches.length, body);
      made.batches.push(body.startsWith('{') ? JSON.parse(body) : body);
      if (status !== undefined) response.writeHead(status).end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const made = { batches: [], url: `http://127.0.0.1:${server.address().port}/in` };
  made.reports = () => made.batches.flatMap((each) => each.reports);
  made.counts = () => made.batches.flatMap((each) => each.counts);
  return made;
}
