import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import vm from 'node:vm';
import { collector, files, folderFor, json, reports, until } from './kit.mjs';

const require = createRequire(import.meta.url);
const splat = require('../..');
const { Spool } = require('../../dist/cjs/node/spool.js');
const { state } = require('../../dist/cjs/state.js');

const said = [];
beforeEach(() => {
  said.length = 0;
  state.said.clear();
});
after(() => splat.close());

function begin(options) {
  splat.init({ root: process.cwd(), release: 'r1', integrations: [], ...options });
  state.platform = { ...state.platform, say: (line) => said.push(line) };
}

function inFolder(context, more) {
  const folder = folderFor(context);
  begin({ transport: 'file', folder: join(folder, 'reports'), spoolDir: join(folder, 'spool'), ...more });
  return { folder, reports: () => reports(join(folder, 'reports')) };
}

test('a report has what the schema asks for', async (context) => {
  const { reports: made } = inFolder(context, { service: 'shop', deploy: 'v7', deployTime: new Date(0) });
  // Not as it is here: the source of the crash is part of a report.
  const secret = ['hunter', 'hunter'].join(2);
  splat.addBreadcrumb('clicked', 'ui', 'info', { button: 'pay', password: secret });
  splat.setContext('cart', { items: 3, token: 'abcdefgh12345678' });
  splat.setTag('plan', 'free');
  const id = splat.captureException(new RangeError(`password=${secret}`));
  assert.equal(await splat.flush(60), true);
  const [report] = made();
  assert.equal(report.id, id);
  assert.equal(report.schema, 'splat-report/1');
  assert.match(report.signature, /^[0-9a-f]{16}$/);
  assert.deepEqual(report.sdk, { name: '@splat-heal/sdk', version: splat.VERSION });
  assert.deepEqual(report.deploy, { id: 'v7', time: '1970-01-01T00:00:00.000Z' });
  assert.equal(report.runtime_version, process.versions.node);
  assert.deepEqual(report.mechanism, { type: 'captureException', handled: true });
  assert.equal(report.breadcrumbs[0].data.button, 'pay');
  assert.ok(!JSON.stringify(report).includes(secret));
  assert.equal(report.contexts.cart.token, '[REDACTED]');
  const crash = report.exceptions[0].frames.at(-1);
  assert.equal(crash.in_app, true);
  assert.match(crash.path, /worker\.test\.mjs$/);
  assert.match(crash.source, /new RangeError/);
  assert.equal(crash.pre_context.length, 5);
});

test('each object once, each bug once, repeats counted', async (context) => {
  const { folder, reports: made } = inFolder(context);
  const make = () => new Error('again');
  const one = make();
  const ids = [one, one, ...Array.from({ length: 99 }, make)].map(splat.captureException);
  assert.equal(ids.filter(Boolean).length, 1);
  await splat.close(60);
  assert.equal(made().length, 1);
  const [count] = files(join(folder, 'reports'), '.count.json');
  assert.deepEqual([json(count).count, json(count).signature], [99, made()[0].signature]);
});

test('what has no frames gets the caller’s, and so do messages', async (context) => {
  const { reports: made } = inFolder(context);
  const bare = new Error('bare');
  bare.stack = 'Error: bare';
  splat.captureException(bare);
  splat.captureException('a text');
  const here = (text) => splat.captureMessage(text, 'warning');
  assert.ok(here('hello 1'));
  assert.equal(here('hello 2'), null);
  await splat.flush(60);
  assert.deepEqual(made().map((each) => each.exceptions[0].type).sort(), ['Error', 'Message', 'String']);
  for (const each of made()) assert.match(each.exceptions[0].frames.at(-1).path, /worker\.test\.mjs$/);
  assert.equal(made().find((each) => each.exceptions[0].type === 'Message').level, 'warning');
});

test('ignore, by class and by name; sampling; beforeSend', async (context) => {
  class Known extends RangeError {}
  const { reports: made } = inFolder(context, {
    ignore: [Known, 'URIError'],
    beforeSend: (report) => {
      if (report.exceptions[0].message === 'drop') return null;
      if (report.exceptions[0].message === 'break') throw new Error('own');
      if (report.exceptions[0].message === 'odd') return 'odd';
      return { ...report, contexts: { added: { password: 'hunter2hunter2' } }, signature: 'changed' };
    },
  });
  for (const error of [new Known('x'), new URIError('x')]) assert.equal(splat.captureException(error), null);
  const raise = { drop: () => new Error('drop'), break: () => new TypeError('break'), odd: () => new EvalError('odd'), keep: () => new SyntaxError('keep') };
  for (const make of Object.values(raise)) assert.ok(splat.captureException(make()));
  await splat.flush(60);
  const messages = made().map((each) => each.exceptions[0].message);
  assert.deepEqual(messages.sort(), ['break', 'keep', 'odd']);
  const kept = made().find((each) => each.exceptions[0].message === 'keep');
  assert.match(kept.signature, /^[0-9a-f]{16}$/);
  assert.equal(kept.contexts.added.password, '[REDACTED]');
  assert.equal(said.length, 2);
  begin({ transport: 'file', folder: '/nowhere', sampleRate: 0 });
  assert.equal(splat.captureException(new Error('not sampled')), null);
});

test('it is redacted and on disk soon, while nothing answers', async (context) => {
  const folder = folderFor(context);
  const sink = await collector(context, () => undefined);
  begin({ url: sink.url, spoolDir: folder, shutdownTimeout: 0 });
  splat.captureException(new Error('token=abcdefgh12345678'));
  assert.deepEqual(readdirSync(folder), []); // nothing in the turn of the app
  await until(() => files(folder, '.taken').length === 1);
  const [file] = files(folder, '.taken');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700);
  assert.equal(json(file).exceptions[0].message, 'token=[REDACTED]');
  assert.equal(await splat.flush(0.2), false);
  await splat.close(0);
  assert.equal(files(folder, '.json').length, 1);
});

test('what is refused is never sent again, what fails is', async (context) => {
  const folder = folderFor(context);
  let status = 404;
  const sink = await collector(context, () => status);
  begin({ url: sink.url, spoolDir: folder });
  splat.captureException(new TypeError('refused'));
  assert.equal(await splat.flush(60), false);
  assert.equal(said.length, 1);
  assert.match(said[0], /404/);
  assert.deepEqual(files(folder), []);
  status = 200;
  splat.captureException(new RangeError('taken'));
  assert.equal(await splat.flush(60), true);
  assert.equal(sink.batches.length, 2);
});

test('a burst is on disk before the first of it is delivered', async (context) => {
  const sizes = [];
  const transport = { send: async (batch) => (sizes.push(batch.length), batch.map(() => 'delivered')), hurry() {}, close: async () => undefined };
  inFolder(context, { transport });
  for (let at = 0; at < 30; at += 1) {
    splat.captureException(vm.runInThisContext(`(function bug() { return new Error('burst'); })`, { filename: join(process.cwd(), `bug${at}.js`) })());
  }
  await until(() => sizes.length > 0);
  assert.deepEqual(sizes, [30]);
});

test('a batch that is too large is halved', async (context) => {
  const folder = folderFor(context);
  const sink = await collector(context, (_, body) => (JSON.parse(body).reports.length > 1 ? 413 : 200));
  begin({ url: sink.url, spoolDir: folder });
  splat.captureException(new TypeError('one'));
  splat.captureException(new RangeError('two'));
  splat.captureException(new EvalError('three'));
  assert.equal(await splat.flush(60), true);
  assert.equal(sink.batches.filter((each) => each.reports.length === 1).length, 3);
});

test('a transport of the app’s own, that breaks', async (context) => {
  const folder = folderFor(context);
  const sent = [];
  const transport = {
    send: async (batch) => {
      sent.push(...batch);
      if (sent.length === 1) throw new Error('broken');
      return batch.map(() => 'delivered');
    },
    close: async () => undefined,
  };
  begin({ transport, spoolDir: folder });
  splat.captureException(new Error('first'));
  assert.equal(await splat.flush(60), false);
  assert.equal(await splat.flush(60), true);
  assert.equal(sent.length, 2);
});

test('a spool in the hands of others', (context) => {
  const folder = folderFor(context);
  const place = join(folder, 'spool');
  const warnings = [];
  const spool = new Spool(place, (text) => warnings.push(text));
  const text = (id) => JSON.stringify({ exceptions: [{ type: 'E' }], id, runtime: 'javascript', schema: 'splat-report/1', signature: 'a'.repeat(16), time: '2026-11-21T07:00:00.123Z' });
  const item = (digit) => ({ id: digit.repeat(32), time: 0, report: JSON.parse(text(digit.repeat(32))), text: text(digit.repeat(32)) });
  const ours = spool.keep(item('1'), true);
  assert.match(ours.path, new RegExp(`\\.json\\.${process.pid}\\.taken$`));
  const old = (name, seconds) => {
    writeFileSync(join(place, name), text('2'.repeat(32)));
    const when = Date.now() / 1000 - seconds;
    utimesSync(join(place, name), when, when);
  };
  old('20261121070000123-a.json.999999999.taken', 1); // a process that is gone
  old('20261121070000124-a.json.1.taken', 700); // one that lives, for too long
  old('20261121070000125-a.json.1.taken', 1); // one that lives
  old(`20261121070000126-a.json.${process.pid}.taken`, 5_000_000); // our number, before we began
  old('20261121070000127-a.json.tmp', 4_000);
  old('20261121070000128-a.json.bad', 8 * 86_400);
  writeFileSync(join(place, '20261121070000129-b.json'), 'no JSON');
  spool.tidy();
  const { kept } = spool.take(50, '');
  assert.equal(kept.length, 3);
  assert.equal(warnings.length, 1);
  const left = readdirSync(place).sort();
  assert.deepEqual(left.filter((name) => !name.endsWith(`.${process.pid}.taken`)), ['20261121070000125-a.json.1.taken', '20261121070000129-b.json.bad']);
  spool.settled([...kept, ours]);
  assert.equal(readdirSync(place).length, 2);
});

test('a spool is bounded, the oldest go first', (context) => {
  const folder = folderFor(context);
  const spool = new Spool(folder, () => undefined);
  const kept = Array.from({ length: 230 }, (_, at) => spool.keep({ id: String(at).padStart(32, '0'), time: at * 1000, report: {}, text: '{}' }, false));
  assert.deepEqual(spool.later(kept), []);
  assert.equal(files(folder, '.json').length, 200);
  assert.equal(spool.takeDropped(), 30);
  assert.ok(files(folder, '.json').every((path) => !/-0{30}[01][0-9]\.json$/.test(path)));
});

test('a spool that something deletes is made anew', (context) => {
  const folder = join(folderFor(context), 'deep', 'spool');
  const warnings = [];
  const spool = new Spool(folder, (text) => warnings.push(text));
  const item = (digit) => ({ id: digit.repeat(32), time: 0, report: {}, text: '{}' });
  const first = spool.keep(item('0'), false);
  rmSync(folder, { recursive: true });
  const second = spool.keep(item('1'), false);
  assert.deepEqual(spool.later([first, second]), []);
  assert.deepEqual([files(folder, '.json').length, warnings], [2, []]);
  // In /proc nothing can be made; Node's own way to make folders in folders never ends there.
  assert.equal(new Spool('/proc/nothing/spool', (text) => warnings.push(text)).keep(item('2'), false).path, '');
  assert.equal(warnings.length, 1);
});

test('a spool that is a link, or cannot be written, is none', (context) => {
  const folder = folderFor(context);
  mkdirSync(join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  writeFileSync(join(folder, 'file'), '');
  for (const name of ['link', 'file']) {
    const warnings = [];
    const spool = new Spool(join(folder, name), (text) => warnings.push(text));
    const item = { id: '0'.repeat(32), time: 0, report: {}, text: '{}' };
    const kept = spool.keep(item, false);
    assert.equal(kept.path, '');
    assert.deepEqual(spool.later([kept]), [kept]);
    assert.equal(warnings.length, 1);
  }
  assert.deepEqual(readdirSync(join(folder, 'real')), []);
});

test('a folder that others can read is closed', (context) => {
  const folder = folderFor(context);
  chmodSync(folder, 0o755);
  new Spool(folder, () => undefined).keep({ id: '0'.repeat(32), time: 0, report: {}, text: '{}' }, false);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('nothing harms the app, whatever it is given', async (context) => {
  inFolder(context);
  const thrower = new Proxy({}, { get: () => { throw new Error('x'); }, ownKeys: () => { throw new Error('x'); }, getPrototypeOf: () => { throw new Error('x'); } });
  const cycle = {};
  cycle.self = cycle;
  for (const value of [thrower, cycle, Symbol('x'), 10n, null, undefined, () => 1, new Map([[cycle, cycle]]), '\ud800', NaN, Object.create(null)]) {
    splat.captureException(value);
    splat.captureMessage(value);
    splat.addBreadcrumb(value, value, value, value);
    splat.setContext(value, value);
    splat.setTag(value, value);
  }
  for (const given of [undefined, null, 7, 'text', thrower]) splat.init(given);
  assert.equal(await splat.flush(60), true);
  assert.equal(await splat.flush('x'), true);
  await splat.close();
  assert.equal(splat.captureException(new Error('closed')), null);
});

test('a storm of errors costs one report and one count', async (context) => {
  const { folder, reports: made } = inFolder(context);
  const make = (at) => new Error(`number ${at}`);
  const before = process.cpuUsage();
  for (let at = 0; at < 20_000; at += 1) splat.captureException(make(at));
  const { user, system } = process.cpuUsage(before);
  const each = (user + system) / 1_000 / 20_000;
  assert.ok(each < 1, `${each} ms each`);
  await splat.close(60);
  assert.equal(made().length, 1);
  assert.equal(json(files(join(folder, 'reports'), '.count.json')[0]).count, 19_999);
});
