// Next builds for half a minute each: only with SPLAT_SLOW=1.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ask, environ, inOrder, missing, reports, told, until } from './kit.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const sdk = join(here, '..', '..');
const OWN = { NEXT_TELEMETRY_DISABLED: '1' };

/** The app in a folder of its own, with the SDK as npm installs it: a bundler looks at real paths. */
function built(version) {
  const folder = mkdtempSync(join(tmpdir(), 'splat-next-'));
  cpSync(join(here, 'next-app'), folder, { recursive: true });
  cpSync(join(here, version, 'package.json'), join(folder, 'package.json'));
  spawnSync('cp', ['-rl', join(here, version, 'node_modules'), join(folder, 'node_modules')]);
  const place = join(folder, 'node_modules', '@splat-heal', 'sdk');
  mkdirSync(place, { recursive: true });
  for (const each of ['dist', 'package.json']) cpSync(join(sdk, each), join(place, each), { recursive: true });
  const run = spawnSync(process.execPath, [join('node_modules', 'next', 'dist', 'bin', 'next'), 'build'], {
    cwd: folder,
    env: environ(OWN),
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stdout + run.stderr);
  assert.doesNotMatch(run.stdout + run.stderr, /warn/i);
  return folder;
}

for (const [version, isMapped] of [['next15', false], ['next16', true]]) {
  test(`${version}: errors of pages and routes`, { timeout: 300_000, skip: process.env.SPLAT_SLOW ? missing(version) : 'only with SPLAT_SLOW=1' }, async () => {
    const folder = built(version);
    const env = { SPLAT_TRANSPORT: 'file', SPLAT_FOLDER: join(folder, 'reports'), SPLAT_SPOOL_DIR: join(folder, 'spool') };
    const start = [join('node_modules', 'next', 'dist', 'bin', 'next'), 'start', '-p', '0'];
    const child = spawn(process.execPath, start, { cwd: folder, env: environ({ ...OWN, ...env }) });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    const ended = new Promise((resolve) => child.once('exit', resolve));
    try {
      const port = Number((await until(() => /localhost:([0-9]+)/.exec(output)))[1]);
      assert.equal((await ask(port, 'GET', '/')).status, 200);
      assert.equal((await ask(port, 'GET', '/nowhere')).status, 404);
      assert.equal((await ask(port, 'GET', '/items/7?x=1')).status, 500);
      assert.equal((await ask(port, 'GET', '/api/crash/9')).status, 500);
      assert.equal((await ask(port, 'GET', '/api/caught')).body, '{"captured":true}');
      const found = await until(() => reports(env.SPLAT_FOLDER).length >= 3 && reports(env.SPLAT_FOLDER));
      assert.deepEqual(
        told(found),
        inOrder([
          ['TypeError', 'no item 7', { method: 'GET', path: '/items/7', route: '/items/[id]' }],
          ['RangeError', 'cannot crash 9', { method: 'GET', path: '/api/crash/9', route: '/api/crash/[id]' }],
          ['Error', 'caught in a route', undefined],
        ]),
      );
      // Next 15 writes no source maps of its server unless it is told to.
      const crash = found.find((each) => each.exceptions[0].type === 'RangeError').exceptions[0].frames.at(-1);
      if (isMapped) assert.deepEqual([crash.path, crash.line], ['app/api/crash/[id]/route.js', 3]);
      else assert.match(crash.path, /^\.next\/server\//);
    } finally {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
