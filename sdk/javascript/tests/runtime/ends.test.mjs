import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collector, files, folderFor, json, run } from './kit.mjs';

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

/**
 * Runs a program, in a folder of its own each time, until it delivered all its errors by itself: it takes two seconds for
 * that, in which a busy machine may not even start a process. Whatever it does not deliver has to be in its spool.
 */
async function delivered(context, errors, runs) {
  for (let tries = 1; ; tries += 1) {
    const folder = folderFor(context);
    const sink = await collector(context);
    const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
    await runs(folder, env);
    const left = errors ? files(`${folder}/spool`) : [];
    // What is under way when a process ends at once is sent again, by the same id.
    const sent = new Set(sink.reports().map((each) => each.id));
    assert.equal(new Set([...sent, ...left.filter(isReport).map((path) => json(path).id)]).size, errors);
    if (sent.size === errors && left.length === 0) return sink;
    if (tries > 3 && (await isOverloaded(folder))) {
      await pickedUp(folder, env);
      assert.equal(idsOf(sink).length, errors);
      return sink;
    }
    assert.ok(tries < 10, `it never delivers: ${left}`);
  }
}

/** Whether a process alone takes so long to start that no program can be expected to deliver by one in two seconds. */
async function isOverloaded(folder) {
  const started = performance.now();
  await run(folder, '', { env: { BARE: '1' } });
  return performance.now() - started > 1_000;
}

/** Runs processes that do nothing but pick up what is left, until nothing is; as above, one may not get to it. */
async function pickedUp(folder, env) {
  for (let tries = 1; ; tries += 1) {
    const { code, errors } = await run(folder, `${BEGIN}setTimeout(() => 0, 50);`, { env });
    assert.deepEqual([code, errors], [0, '']);
    const left = files(`${folder}/spool`);
    if (left.length === 0) return;
    assert.ok(tries < 10, `nobody delivers: ${left}`);
  }
}

/** A report in the spool, perhaps in the hands of a process; one that had no time left has not given it back. */
const isReport = (path) => /\.json(?:\.[0-9]+\.taken)?$/.test(path);
const plain = ({ errors, ...rest }) => ({ ...rest, errors: errors.replace(/\(node:[0-9]+\)/g, '(node)') });
const idsOf = (sink) => [...new Set(sink.reports().map((each) => each.id))];

// They mostly wait for processes to start.
describe('programs', { concurrency: 3 }, () => {
  for (const [name, [text, errors]] of Object.entries(PROGRAMS)) {
    test(`${name}: delivered, and nothing else is different`, { timeout: 180_000 }, async (context) => {
      await delivered(context, errors, async (folder, env) => {
        const runs = [run(folder, BEGIN + text, { env }), run(folder, BEGIN + text, { env: { BARE: '1' } })];
        const [seen, bare] = await Promise.all(runs);
        assert.deepEqual(plain(seen), plain(bare));
      });
    });
  }

  for (const [mode, errors] of [['strict', 1], ['warn', 1], ['none', 1], ['throw', 1], ['warn-with-error-codes', 0]]) {
    test(`--unhandled-rejections=${mode}: as without`, { timeout: 180_000 }, async (context) => {
      const node = [`--unhandled-rejections=${mode}`];
      const text = `${BEGIN}Promise.reject(new Error('no')); setTimeout(() => console.log('on'), 20);`;
      await delivered(context, errors, async (folder, env) => {
        const runs = [run(folder, text, { env, node }), run(folder, text, { env: { BARE: '1' }, node })];
        const [seen, bare] = await Promise.all(runs);
        assert.deepEqual(plain(seen), plain(bare));
      });
    });
  }
});

test('a thread of its own', { timeout: 180_000 }, async (context) => {
  const text = `${BEGIN}const { Worker, isMainThread } = require('node:worker_threads');
    if (isMainThread) new Worker(__filename).on('error', (error) => console.log('main saw', error.message));
    else setTimeout(work, 10);`;
  await delivered(context, 1, async (folder, env) => {
    assert.deepEqual(await run(folder, text, { env }), { code: 0, output: 'main saw it failed\n', errors: '' });
  });
});

test('an error at the end is left to the next process', { timeout: 180_000 }, async (context) => {
  const folder = folderFor(context);
  const sink = await collector(context);
  const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
  await run(folder, `${BEGIN}process.on('exit', () => { ${CATCH} });`, { env });
  assert.equal(files(`${folder}/spool`, '.json').length, 1);
  await pickedUp(folder, env);
  assert.equal(idsOf(sink).length, 1);
});

test('an ES module, and CommonJS in it, share one state', { timeout: 180_000 }, async (context) => {
  const folder = folderFor(context);
  const sink = await collector(context);
  const text = `import * as splat from 'SDK/dist/index.mjs';
    import { createRequire } from 'node:module';
    const other = createRequire(import.meta.url)('SDK');
    splat.init({ url: process.env.SINK });
    other.setTag('from', 'commonjs');
    const error = new Error('once');
    console.log(other.captureException(error) !== null, splat.captureException(error), splat.init === other.init);
    console.log(await splat.flush(60));`;
  const ran = await run(folder, text, { name: 'app.mjs', env: { SINK: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` } });
  assert.deepEqual(ran, { code: 0, output: 'true null true\ntrue\n', errors: '' });
  assert.deepEqual(sink.reports().map((each) => each.tags), [{ from: 'commonjs' }]);
});

test('what hangs is left in the spool, in time, and the next process delivers it', { timeout: 180_000 }, async (context) => {
  const folder = folderFor(context);
  let isHanging = true;
  const sink = await collector(context, () => (isHanging ? undefined : 200));
  const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
  for (const end of ['', 'process.exit(3);']) {
    const started = performance.now();
    const ran = await run(folder, `${BEGIN}${CATCH}${end}`, { env });
    assert.equal(ran.code, end ? 3 : 0);
    assert.ok(performance.now() - started < 25_000); // one that waited for answers would take more than 40 s
  }
  assert.equal(files(`${folder}/spool`).filter(isReport).length, 2);
  isHanging = false;
  sink.batches.length = 0;
  await pickedUp(folder, env);
  assert.equal(idsOf(sink).length, 2);
});

const WHEN_IT_IS_ON_DISK = `setInterval(() => {
  const { existsSync, readdirSync } = require('fs');
  const folder = process.env.SPLAT_SPOOL_DIR;
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  if (names.some((name) => name.endsWith('.taken'))) process.kill(process.pid, 'SIGKILL');
}, 10);`;
for (const [options, end] of [
  ['{}', WHEN_IT_IS_ON_DISK],
  ['{ durable: true }', "process.kill(process.pid, 'SIGKILL');"],
]) {
  test(`a kill, with ${options}: the next process delivers`, { timeout: 180_000 }, async (context) => {
    const folder = folderFor(context);
    let isHanging = true;
    const sink = await collector(context, () => (isHanging ? undefined : 200));
    const env = { SPLAT_URL: sink.url, SPLAT_SPOOL_DIR: `${folder}/spool` };
    const text = `${BEGIN.replace('init()', `init(${options})`)}${CATCH}${end}`;
    assert.equal((await run(folder, text, { env })).code, 'SIGKILL');
    assert.equal(files(`${folder}/spool`, '.taken').length, 1);
    isHanging = false;
    sink.batches.length = 0;
    await pickedUp(folder, env);
    assert.equal(idsOf(sink).length, 1);
  });
}

test('a process ends by itself while nothing answers, and keeps nothing alive', { timeout: 180_000 }, async (context) => {
  const hanging = await collector(context, () => undefined);
  for (const url of ['http://127.0.0.1:9', hanging.url]) {
    const folder = folderFor(context);
    const env = { SPLAT_URL: url, SPLAT_SPOOL_DIR: `${folder}/spool`, SPLAT_SHUTDOWN_TIMEOUT: '0' };
    const started = performance.now();
    const ran = await run(folder, `${BEGIN}${CATCH}`, { env });
    assert.equal(ran.code, 0);
    assert.ok(performance.now() - started < 25_000); // four tries at what hangs take more than 40 s
    assert.equal(files(`${folder}/spool`, '.json').length, 1);
  }
});

test('source maps: the stack as Node prints it', { timeout: 180_000 }, async (context) => {
  const map = { version: 3, sources: ['shop.ts'], names: [], mappings: 'AAAA;AACA;AACA;AACA;AACA', file: 'app.cjs' };
  const mapped = `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}\n`;
  const text = `${BEGIN}${CATCH}${mapped}`;
  const sink = await delivered(context, 1, (folder, env) => run(folder, text, { env, node: ['--enable-source-maps'] }));
  assert.equal(sink.reports()[0].exceptions[0].frames.at(-1).path, 'shop.ts');
});
