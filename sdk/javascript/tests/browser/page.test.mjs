// Pages in Debian's Chromium, from the error to the report of the server that relays it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serve, until } from '../frameworks/kit.mjs';
import { chromium, missing, source, withEsbuild, withVite } from './kit.mjs';

const skip = missing;
const held = [];
let browser;
let app;
let vite;

before(async () => {
  if (skip) return;
  const context = { after: (work) => held.push(work) };
  const folder = source(context);
  const [byEsbuild, byVite] = [await withEsbuild(folder), await withVite(folder)];
  [browser, app, vite] = await Promise.all([
    chromium(),
    serve('../../browser/server.cjs', [byEsbuild]),
    serve('../../browser/server.cjs', [byVite]),
  ]);
});
after(async () => {
  await browser?.close();
  await Promise.all([app?.stop(), vite?.stop()]);
  for (const work of held) work();
});

/** A page of a new visit; `said` is what its console shows, `sent` are the relay's answers. */
async function open(context, { options = {}, at = app, host = '127.0.0.1', path = '/' } = {}) {
  const visit = await browser.newContext();
  context.after(() => visit.close());
  visit.setDefaultTimeout(120_000);
  await visit.addInitScript((given) => (window.options = given), options);
  const page = await visit.newPage();
  const [said, sent] = [[], []];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('response', (response) => response.url().endsWith('/splat') && sent.push(response.status()));
  page.on('requestfailed', (request) => request.url().endsWith('/splat') && sent.push(request.failure().errorText));
  await page.goto(`http://${host}:${at.port}${path}`);
  return { page, said, sent, visit };
}

const crash = (page, name) => page.evaluate((each) => window.crashes[each](), name);

/** The reports that hold `mark`, once there are some. */
async function reported(mark, at = app) {
  const those = () => at.reports().filter((each) => JSON.stringify(each).includes(mark));
  return until(() => those().length > 0 && those());
}

for (const bundler of ['esbuild', 'vite']) {
  test(`a thrown error, built by ${bundler}`, { skip }, async (context) => {
    const at = bundler === 'vite' ? vite : app;
    const { page, said } = await open(context, { at, path: '/cart?voucher=7#/step/2?x=1', options: { service: 'window' } });
    await crash(page, 'thrown');
    const [report] = await reported('window', at);
    const [error] = report.exceptions;
    assert.equal(error.type, 'TypeError');
    assert.match(error.message, /undefined.*amount/);
    const crashed = error.frames.at(-1);
    assert.match(crashed.path, new RegExp(`^http://127\\.0\\.0\\.1:${at.port}/.*\\.js$`));
    assert.ok(crashed.in_app && crashed.line > 0 && crashed.column > 0);
    assert.equal(report.root, `http://127.0.0.1:${at.port}`);
    assert.match(report.platform, /^browser: Chrome [0-9]+, Linux$/);
    assert.match(report.signature, /^[0-9a-f]{16}$/);
    assert.deepEqual(report.request, { path: '/cart#/step/2' });
    assert.deepEqual([report.runtime, report.mechanism], ['javascript', { type: 'uncaught', handled: false }]);
    // What the page does not tell, its server knows.
    assert.deepEqual([report.service, report.release, report.environment], ['window', 'abc123', 'test']);
    assert.deepEqual(report.sdk.name, '@splat-heal/sdk');
    // The console shows the error, and nothing of ours.
    await until(() => said.length > 0);
    assert.equal(said.length, 1);
    assert.match(said[0], /^TypeError/);
  });
}

test('rejections, causes, members, texts, nothing; secrets stay in the page', { skip }, async (context) => {
  const { page, said } = await open(context, { options: { service: 'kinds' } });
  for (const name of ['rejected', 'caused', 'several', 'text', 'nothing', 'secret', 'caught']) await crash(page, name);
  const found = await until(() => {
    const those = app.reports().filter((each) => each.service === 'kinds');
    return those.length >= 7 && those;
  });
  const shape = ({ type, message, relation }) => [type, message, relation];
  const told = found.map((each) => [each.mechanism.type, ...each.exceptions.map(shape)]).sort();
  assert.deepEqual(told, [
    ['captureException', ['SyntaxError', 'seen and caught', 'surfaced']],
    ['rejection', ['AggregateError', 'All promises were rejected', 'surfaced'], ['TypeError', 'one', 'member'], ['RangeError', 'two', 'member']],
    ['rejection', ['RangeError', 'no stock left', 'surfaced']],
    ['uncaught', ['Error', 'cannot buy', 'surfaced'], ['TypeError', 'no such item', 'cause']],
    ['uncaught', ['Null', 'null', 'surfaced']],
    ['uncaught', ['String', 'just a text', 'surfaced']],
    ['uncaught', ['URIError', 'login failed: password=[REDACTED] for https://[REDACTED]@example.org/', 'surfaced']],
  ]);
  for (const each of found) if (each.exceptions[0].type === 'String') assert.match(each.exceptions[0].frames[0].path, /main\.js$/);
  assert.equal(said.filter((each) => each.includes('splat')).length, 0);
});

test('what was clicked and where the page was: no text', { skip }, async (context) => {
  const { page } = await open(context, { options: { service: 'steps' } });
  await page.evaluate(() => history.pushState({}, '', '/basket?voucher=geheim'));
  await page.click('#buy');
  const [report] = await reported('cannot be bought');
  const steps = report.breadcrumbs.map((each) => [each.category, each.message]);
  assert.deepEqual(steps, [
    ['navigation', '/ -> /basket'],
    ['click', 'div.shelf.wide > button#buy[name=buy]'],
  ]);
  assert.doesNotMatch(JSON.stringify(report), /example\.org|Buy it|geheim/);
});

test('a page that is closed right after the error', { skip }, async (context) => {
  const { page } = await open(context, { options: { service: 'closed' } });
  await page.evaluate(() => {
    window.splat.captureException(new Error('last words'));
    location.href = 'about:blank';
  });
  await reported('last words');
  const { page: other } = await open(context, { options: { service: 'closed' } });
  await other.evaluate(() => window.splat.captureException(new Error('shut at once')));
  await other.close({ runBeforeUnload: true });
  await reported('shut at once');
});

test('offline: kept, redacted, and sent when there is a network again', { skip }, async (context) => {
  const { page, visit, said } = await open(context, { options: { service: 'offline' } });
  await visit.setOffline(true);
  await page.evaluate(() => window.splat.captureException(new Error('in a tunnel, token=abcdef1234567890')));
  const kept = await until2(() => page.evaluate(() => localStorage.getItem('splat.unsent')));
  assert.match(kept, /in a tunnel/);
  assert.doesNotMatch(kept, /abcdef1234567890/);
  assert.deepEqual(said, []);
  await visit.setOffline(false);
  const [report] = await reported('in a tunnel');
  assert.equal(report.service, 'offline');
  await until2(() => page.evaluate(() => localStorage.getItem('splat.unsent') === null));
});

test('a server that is away: kept for the next page of the visit', { skip }, async (context) => {
  const { page, sent } = await open(context, { options: { service: 'away' } });
  await page.route('**/splat', (route) => route.fulfill({ status: 503 }));
  await page.evaluate(() => window.splat.captureException(new Error('nobody listens')));
  await until2(() => page.evaluate(() => localStorage.getItem('splat.unsent')));
  await page.unroute('**/splat');
  await page.goto(`http://127.0.0.1:${app.port}/next`);
  await reported('nobody listens');
  await until(() => sent.includes(204));
  assert.deepEqual([sent[0], sent.at(-1)], [503, 204]);
});

test('repeats are counted, on this page and the next', { skip }, async (context) => {
  const { page, sent } = await open(context, { options: { service: 'again' } });
  const crashes = () => page.evaluate(() => {
    for (let time = 0; time < 50; time += 1) window.splat.captureException(new Error('again and again'));
  });
  await crashes();
  const [report] = await reported('again and again');
  await until2(() => page.evaluate(() => sessionStorage.getItem('splat.seen')));
  await page.goto(`http://127.0.0.1:${app.port}/next`);
  await crashes();
  await page.goto('about:blank');
  const counts = await until(() => {
    const bodies = app.output.split('\n').filter((line) => line.startsWith('body ')).map((line) => JSON.parse(line.slice(5)));
    const found = bodies.flatMap((each) => each.counts).filter((each) => each.signature === report.signature);
    return found.length >= 2 && found;
  });
  assert.deepEqual(counts.map((each) => [each.signature, each.count]), [[report.signature, 49], [report.signature, 50]]);
  assert.equal((await reported('again and again')).length, 1);
  assert.ok(sent.every((each) => each === 204));
});

test('other origins and extensions are passed over; nothing breaks where storage is forbidden', { skip }, async (context) => {
  const { page, said, sent } = await open(context, { options: { service: 'foreign' } });
  await page.evaluate((port) => {
    const script = document.createElement('script');
    script.src = `http://localhost:${port}/foreign.js`;
    document.body.append(script);
    dispatchEvent(new ErrorEvent('error', { message: 'x', filename: 'chrome-extension://abc/x.js', error: new Error('of an extension') }));
    dispatchEvent(new ErrorEvent('error', { message: 'ResizeObserver loop limit exceeded', filename: location.href }));
    const image = document.createElement('img');
    image.src = '/missing.js';
    document.body.append(image);
    Object.defineProperty(window, 'localStorage', { get: () => { throw new DOMException('no', 'SecurityError'); } });
    Object.defineProperty(window, 'sessionStorage', { get: () => { throw new DOMException('no', 'SecurityError'); } });
  }, app.port);
  await until(() => said.some((each) => each.includes('of another origin')));
  await until2(() => page.evaluate(() => document.querySelector('img').complete));
  await page.evaluate(() => window.splat.captureException(new Error('of the page itself')));
  await reported('of the page itself');
  await until(() => sent.length > 0);
  assert.equal(app.reports().filter((each) => each.service === 'foreign').length, 1);
  assert.deepEqual(sent, [204]);
});

test('wrong options warn once; a token is not used', { skip }, async (context) => {
  const options = { service: 'warned', token: 'ghp_0123456789abcdefghijklmnopqrstuvwxyz', repo: 'a/b', sampleRate: 7 };
  const { page, said } = await open(context, { options });
  await page.evaluate((given) => window.splat.init({ url: '/splat', ...given }), options);
  await until(() => said.length >= 3);
  assert.equal(said.length, 3);
  assert.match(said.join('\n'), /^splat: a token does not belong into a browser/m);
  assert.match(said.join('\n'), /no option repo in browsers/);
  assert.match(said.join('\n'), /option sampleRate cannot be used/);
  await page.evaluate(() => window.splat.captureException(new Error('with options')));
  const [report] = await reported('with options');
  assert.doesNotMatch(JSON.stringify(report), /ghp_/);
});

test('beforeSend, ignore, flush, close', { skip }, async (context) => {
  const { page } = await open(context);
  const done = await page.evaluate(async () => {
    const splat = window.splat;
    splat.init({
      url: '/splat',
      service: 'asked',
      ignore: 'AbortError',
      beforeSend: (report) => {
        if (report.exceptions[0].message === 'not this one') return null;
        report.tags = { asked: 'yes', password: 'hunter22' };
        return report;
      },
    });
    splat.captureException(new DOMException('gone', 'AbortError'));
    splat.captureException(new Error('not this one'));
    splat.captureMessage('just so');
    const flushed = await splat.flush(60);
    await splat.close(1);
    splat.captureException(new Error('after the end'));
    return flushed;
  });
  assert.equal(done, true);
  const [report] = await reported('just so');
  assert.deepEqual(report.tags, { asked: 'yes', password: '[REDACTED]' });
  assert.equal(report.exceptions[0].type, 'Message');
  assert.equal(app.reports().filter((each) => each.service === 'asked').length, 1);
});

/** As `until`, for what is asked in the page. */
async function until2(look) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within 60 s: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
