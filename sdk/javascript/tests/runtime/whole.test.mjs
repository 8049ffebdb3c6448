// What is published, and nothing else, in an app's node_modules.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { collector, files, folderFor, json, run, SDK } from './kit.mjs';

/** A folder where the package is installed. */
function installed(context) {
  const folder = folderFor(context);
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: SDK, encoding: 'utf8' });
  for (const { path } of JSON.parse(packed.stdout)[0].files) {
    const place = join(folder, 'node_modules', '@splat-heal', 'sdk', path);
    mkdirSync(dirname(place), { recursive: true });
    cpSync(join(SDK, path), place);
  }
  return folder;
}

test('what is published keeps at an exit at once, and its child delivers', { timeout: 180_000 }, async (context) => {
  const folder = installed(context);
  const sink = await collector(context);
  // Without time for a child of its own: how fast one starts is not what is asked here.
  const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool`, SPLAT_SHUTDOWN_TIMEOUT: '0' };
  const text = "splat.init(); splat.captureException(new Error('it failed')); process.exit(3);";
  for (const [name, load] of [['app.mjs', "import * as splat from '@splat-heal/sdk';"], ['app.cjs', "const splat = require('@splat-heal/sdk');"]]) {
    assert.deepEqual(await run(folder, `${load}\n${text}`, { name, env }), { code: 3, output: '', errors: '' });
  }
  const kept = files(`${folder}/spool`, '.json');
  assert.equal(kept.length, 2);
  const order = { options: { transport: 'http', url: sink.url }, folder: dirname(kept[0]), seconds: 90, said: [] };
  const child = "require('node:path').resolve('node_modules/@splat-heal/sdk/dist/cjs/node/deliver.js')";
  await run(folder, `require('node:child_process').spawnSync(process.execPath, [${child}], { input: ${JSON.stringify(JSON.stringify(order))} });`);
  const frames = sink.reports().map(({ exceptions }) => exceptions[0].frames.map(({ path }) => path).pop());
  assert.deepEqual([frames.sort(), files(`${folder}/spool`)], [['app.cjs', 'app.mjs'], []]);
});

test('an error is kept when a deploy has taken the package away', { timeout: 180_000 }, async (context) => {
  const folder = installed(context);
  const env = { SPLAT_URL: 'http://127.0.0.1:9', SPLAT_SPOOL_DIR: `${folder}/spool` };
  const text = `require('@splat-heal/sdk').init();
    require('node:fs').rmSync('node_modules', { recursive: true });
    throw new RangeError('too late');`;
  const { code, errors } = await run(folder, text, { env });
  assert.equal(code, 1);
  assert.match(errors, /^[^]{1,200}throw new RangeError[^]{1,80}RangeError: too late/);
  assert.doesNotMatch(errors, /Cannot find module/);
  const [kept, ...more] = files(`${folder}/spool`, '.json').map((path) => json(path));
  assert.deepEqual([kept.exceptions[0].message, more], ['too late', []]);
});

test('a process that does not fail loads little', { timeout: 180_000 }, async (context) => {
  const folder = installed(context);
  const text = `const before = new Set(process.moduleLoadList);
    require('@splat-heal/sdk').init({ repo: 'o/r', token: 't', spoolDir: '${folder}/spool' });
    const loaded = process.moduleLoadList.filter((each) => !before.has(each)).map((each) => each.replace('NativeModule ', ''));
    console.log(JSON.stringify([Object.keys(require.cache).length, loaded]));`;
  const { output, errors } = await run(folder, text);
  assert.equal(errors, '');
  const [count, loaded] = JSON.parse(output);
  assert.equal(count, 3, 'the app, the entry, and all of the SDK in one file');
  assert.deepEqual(loaded.filter((each) => ['crypto', 'child_process', 'tls', 'zlib', 'https'].includes(each)), []);
});
