import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collector, files, folderFor, run } from './kit.mjs';

const BEGIN = "const splat = process.env.BARE ? undefined : require('SDK');\nsplat?.init();\nfunction work() { throw new TypeError('it failed'); }\n";
const CATCH = 'try { work(); } catch (error) { splat?.captureException(error); }\n';
/** Each program, and how many errors it has. */
const PROGRAMS = {
  'a normal end': [CATCH, 1],
  'an exit at once': [`${CATCH}process.exit(7);`, 1],
  'an exit code that was set': [`${CATCH}process.exitCode = 9;`, 1],
  'an error that nobody catches': ['work();', 1],
  'a rejection that nobody handles': ['Promise.reject(new Error("no"));', 1],
  'a rejection with a text': ['Promise.reject("only a text");', 1],
  'a text that is thrown': ['throw "only a text";', 1],
  'an error in a timer': ['setTimeout(work, 1);', 1],
  'an error event': ["new (require('events'))().emit('error', new RangeError('event'));", 1],
  'a handler of the app’s own': ["process.on('uncaughtException', (error) => console.error('own', error.message)); setTimeout(work, 1);", 1],
  'a listener of rejections': ["process.on('unhandledRejection', (error) => console.error('own', error.message)); Promise.reject(new Error('no'));", 1],
  'a listener that is taken away': ["const own = () => 0; process.on('unhandledRejection', own); process.off('unhandledRejection', own); Promise.reject(new Error('no'));", 1],
  'listeners of the end': [`${CATCH}process.on('beforeExit', () => console.log('before')); process.on('exit', (code) => console.log('exit', code));`, 1],
  'a deep recursion': ['(function deep() { deep(); })();', 1],
  'a rejection that is handled late': ["process.on('unhandledRejection', () => 0); const late = Promise.reject(new Error('late')); setTimeout(() => late.catch(() => 0), 20);", 1],
  'many listeners, many inits, what is global, closed streams': [
    `for (const name of ['exit', 'unhandledRejection']) for (let at = 0; at < 10; at += 1) process.on(name, () => 0);
    for (let at = 0; at < 12; at += 1) splat?.init();
    console.log(require('util').inspect(globalThis, { depth: 3 }));
    require('fs').closeSync(1); ${CATCH} process.exit(7);`,
    1,
  ],
  'clocks, files and requests of the app’s own': [
    `const [fs, http] = [require('fs'), require('http')];
    const own = (holder, ...names) => names.forEach((name) => (holder[name] = () => { console.log('own', name); throw new Error(name); }));
    own(fs, 'writeFileSync', 'existsSync', 'renameSync'); own(http, 'request', 'Agent'); own(require('net'), 'connect');
    own(Date, 'now'); own(performance, 'now');
    own(globalThis, 'Date', 'setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'fetch');
    ${CATCH}`,
    1,
  ],
  'nothing at all': ['', 0],
};

for (const [name, [text, errors]] of Object.entries(PROGRAMS)) {
  test(`${name}: delivered, and nothing else is different`, { timeout: 60_000 }, async (context) => {
    const folder = folderFor(context);
    const sink = await collector(context);
    const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
    const runs = [run(folder, BEGIN + text, { env }), run(folder, BEGIN + text, { env: { BARE: '1' } })];
    const [seen, bare] = await Promise.all(runs);
    const plain = ({ errors: told, ...rest }) => ({ ...rest, errors: told.replace(/\(node:[0-9]+\)/g, '(node)') });
    assert.deepEqual(plain(seen), plain(bare));
    // What is under way when a process ends at once is sent again, by the same id.
    assert.equal(new Set(sink.reports().map((each) => each.id)).size, errors);
    assert.deepEqual(errors ? files(`${folder}/spool`) : [], []);
  });
}

for (const [mode, errors] of [['strict', 1], ['warn', 1], ['none', 1], ['throw', 1], ['warn-with-error-codes', 0]]) {
  test(`--unhandled-rejections=${mode}: as without`, { timeout: 60_000 }, async (context) => {
    const folder = folderFor(context);
    const sink = await collector(context);
    const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
    const node = [`--unhandled-rejections=${mode}`];
    const text = `${BEGIN}Promise.reject(new Error('no')); setTimeout(() => console.log('on'), 20);`;
    const plain = ({ errors: told, ...rest }) => ({ ...rest, errors: told.replace(/\(node:[0-9]+\)/g, '(node)') });
    const [seen, bare] = await Promise.all([run(folder, text, { env, node }), run(folder, text, { env: { BARE: '1' }, node })]);
    assert.deepEqual(plain(seen), plain(bare));
    assert.equal(sink.reports().length, errors);
  });
}

test('a thread of its own', { timeout: 60_000 }, async (context) => {
  const folder = folderFor(context);
  const sink = await collector(context);
  const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
  const text = `${BEGIN}const { Worker, isMainThread } = require('node:worker_threads');
    if (isMainThread) new Worker(__filename).on('error', (error) => console.log('main saw', error.message));
    else setTimeout(work, 10);`;
  assert.deepEqual(await run(folder, text, { env }), { code: 0, output: 'main saw it failed\n', errors: '' });
  assert.equal(sink.reports().length, 1);
});

test('an error at the end is left to the next process', { timeout: 60_000 }, async (context) => {
  const folder = folderFor(context);
  const sink = await collector(context);
  const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
  await run(folder, `${BEGIN}process.on('exit', () => { ${CATCH} });`, { env });
  assert.equal(files(`${folder}/spool`, '.json').length, 1);
  await run(folder, BEGIN, { env });
  assert.equal(sink.reports().length, 1);
});

test('an ES module, and CommonJS in it, share one state', { timeout: 60_000 }, async (context) => {
  const folder = folderFor(context);
  const sink = await collector(context);
  const text = `import * as splat from 'SDK/dist/index.mjs';
    import { createRequire } from 'node:module';
    const other = createRequire(import.meta.url)('SDK');
    splat.init({ url: process.env.SINK });
    other.setTag('from', 'commonjs');
    const error = new Error('once');
    console.log(other.captureException(error) !== null, splat.captureException(error), splat.init === other.init);
    console.log(await splat.flush(5));`;
  const ran = await run(folder, text, { name: 'app.mjs', env: { SINK: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` } });
  assert.deepEqual(ran, { code: 0, output: 'true null true\ntrue\n', errors: '' });
  assert.deepEqual(sink.reports().map((each) => each.tags), [{ from: 'commonjs' }]);
});

test('what hangs is left in the spool, in time, and the next process delivers it', { timeout: 60_000 }, async (context) => {
  const folder = folderFor(context);
  let isHanging = true;
  const sink = await collector(context, () => (isHanging ? undefined : 200));
  const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
  for (const end of ['', 'process.exit(3);']) {
    const started = performance.now();
    const ran = await run(folder, `${BEGIN}${CATCH}${end}`, { env });
    assert.equal(ran.code, end ? 3 : 0);
    assert.ok(performance.now() - started < 10_000);
  }
  assert.equal(files(`${folder}/spool`, '.json').length, 2);
  isHanging = false;
  sink.batches.length = 0;
  const next = await run(folder, `${BEGIN}setTimeout(() => 0, 50);`, { env });
  assert.deepEqual([next.code, next.errors], [0, '']);
  assert.equal(sink.reports().length, 2);
  assert.deepEqual(files(`${folder}/spool`), []);
});

for (const [options, end] of [
  ['{}', "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);"],
  ['{ durable: true }', "process.kill(process.pid, 'SIGKILL');"],
]) {
  test(`a kill, with ${options}: the next process delivers`, { timeout: 60_000 }, async (context) => {
    const folder = folderFor(context);
    let isHanging = true;
    const sink = await collector(context, () => (isHanging ? undefined : 200));
    const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
    const text = `${BEGIN.replace('init()', `init(${options})`)}${CATCH}${end}`;
    assert.equal((await run(folder, text, { env })).code, 'SIGKILL');
    assert.equal(files(`${folder}/spool`, '.taken').length, 1);
    isHanging = false;
    sink.batches.length = 0;
    await run(folder, BEGIN, { env });
    assert.equal(sink.reports().length, 1);
    assert.deepEqual(files(`${folder}/spool`), []);
  });
}

test('a process ends by itself while nothing answers, and keeps nothing alive', { timeout: 60_000 }, async (context) => {
  const folder = folderFor(context);
  const env = { SPLAT_URL: 'http://127.0.0.1:9', SPLAT_SPOOL_DIR: `${folder}/spool`, SPLAT_SHUTDOWN_TIMEOUT: '0' };
  const started = performance.now();
  const ran = await run(folder, `${BEGIN}${CATCH}`, { env });
  assert.equal(ran.code, 0);
  assert.ok(performance.now() - started < 8_000);
  assert.equal(files(`${folder}/spool`, '.json').length, 1);
});

test('source maps: the stack as Node prints it', { timeout: 60_000 }, async (context) => {
  const folder = folderFor(context);
  const sink = await collector(context);
  const map = { version: 3, sources: ['shop.ts'], names: [], mappings: 'AAAA;AACA;AACA;AACA;AACA', file: 'app.cjs' };
  const mapped = `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}\n`;
  const text = `${BEGIN}${CATCH}${mapped}`;
  const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
  await run(folder, text, { env, node: ['--enable-source-maps'] });
  assert.equal(sink.reports()[0].exceptions[0].frames.at(-1).path, 'shop.ts');
});
