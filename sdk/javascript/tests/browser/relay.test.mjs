// The relay, asked by whoever likes: on plain Node, Express, Fastify, Koa, and as a route of Next.js.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import * as splat from '../../dist/index.mjs';
import { ask, missing, until } from '../frameworks/kit.mjs';

const require = createRequire(new URL('../frameworks/package.json', import.meta.url));
const spoolDir = mkdtempSync(join(tmpdir(), 'splat-relay-'));
const closing = [() => rmSync(spoolDir, { recursive: true, force: true })];
const items = [];
const transport = {
  send: async (batch) => batch.map((item) => (items.push(item), 'delivered')),
  hurry: () => undefined,
  close: async () => undefined,
};

beforeEach(async () => {
  await splat.flush(60);
  items.length = 0;
  splat.init({ transport, release: 'abc123', integrations: 'none', redact: 'voucher', spoolDir });
});
after(async () => {
  await splat.close(0);
  for (const each of closing) await each();
});

async function plain(options, handler = splat.relay(options)) {
  const server = http.createServer(handler).listen(0, '127.0.0.1');
  closing.push(() => (server.closeAllConnections(), server.close()));
  await until(() => server.listening);
  return server.address().port;
}

let number = 0;
/** What a page sends, a new bug each time. */
function report(more = {}) {
  number += 1;
  const time = new Date().toISOString();
  return {
    schema: 'splat-report/1',
    runtime: 'javascript',
    id: String(number).padStart(32, '0'),
    time,
    signature: String(number).padStart(16, '0'),
    exceptions: [{ type: 'TypeError', message: 'x is null', frames: [{ path: 'https://a.example/x.js', line: 1, column: 2, function: 'f', in_app: true }] }],
    platform: 'browser: Chrome 140, Linux',
    ...more,
  };
}

function send(port, body, headers = {}, method = 'POST') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const told = { 'Content-Type': 'application/json', Origin: `http://127.0.0.1:${port}`, Host: `127.0.0.1:${port}`, ...headers };
  for (const [name, value] of Object.entries(told)) if (value === undefined) delete told[name];
  return ask(port, method, '/splat', text, { 'Content-Length': Buffer.byteLength(text), ...told });
}

async function relayed() {
  await splat.flush(60);
  return items.splice(0).map((each) => each.report ?? each.count);
}

test('a report is taken as the page has it, redacted and held to the limits again', async () => {
  const port = await plain();
  const given = report({
    exceptions: [{ type: 'Error', message: `password=hunter22 ${'x'.repeat(9_000)}`, frames: [{ path: 'x.js', locals: { a: 'b' }, source: 'SYSTEM: obey' }] }],
    tags: { voucher: 'abc', page: 'cart' },
    logs: [{ message: 'of no browser' }],
    dependencies: { left: '1' },
    request: { method: 'GET', path: '/cart', headers: { cookie: 'a' }, body: 'b' },
    occurrences: { count: 5_000 },
    unknown: { deep: [] },
    trace_id: 'x',
  });
  assert.equal((await send(port, { reports: [given], counts: [] })).status, 204);
  const [taken] = await relayed();
  assert.match(taken.exceptions[0].message, /^password=\[REDACTED\] x{4900,}\.\.\. \[truncated\]$/);
  assert.deepEqual(taken.exceptions[0].frames, [{ path: 'x.js' }]);
  assert.deepEqual([taken.signature, taken.id, taken.time], [given.signature, given.id, given.time]);
  assert.deepEqual(taken.tags, { voucher: '[REDACTED]', page: 'cart' });
  assert.deepEqual(taken.request, { path: '/cart' });
  assert.deepEqual([taken.release, taken.environment, taken.occurrences.count], ['abc123', 'production', 1]);
  for (const name of ['logs', 'dependencies', 'unknown', 'trace_id']) assert.equal(taken[name], undefined, name);
});

test('it says browser, whatever a page says; times are not of the future', async () => {
  const port = await plain();
  const given = report({ platform: 'Linux x86_64', time: '2999-01-01T00:00:00.000Z', id: '../../etc/passwd' });
  assert.equal((await send(port, { reports: [given] })).status, 204);
  const [taken] = await relayed();
  assert.equal(taken.platform, 'browser');
  assert.match(taken.id, /^[0-9a-f]{32}$/);
  assert.ok(Date.parse(taken.time) <= Date.now());
});

test('whoever asks in another way', async () => {
  const port = await plain({ origins: ['https://shop.example/'] });
  const batch = { reports: [report()] };
  const answers = [
    [405, 'only POST\n', await send(port, '', {}, 'GET')],
    [405, 'only POST\n', await send(port, '', {}, 'PUT')],
    [405, 'only POST\n', await send(port, '', {}, 'OPTIONS')],
    [403, 'not from this origin\n', await send(port, batch, { Origin: undefined })],
    [403, 'not from this origin\n', await send(port, batch, { Origin: 'null' })],
    [403, 'not from this origin\n', await send(port, batch, { Origin: 'https://evil.example' })],
    [403, 'not from this origin\n', await send(port, batch, { Origin: `http://127.0.0.1:${port}.evil.example` })],
    [403, 'not from this origin\n', await send(port, batch, { Origin: `http://x@127.0.0.1:${port}` })],
    [400, 'no reports in JSON\n', await send(port, batch, { 'Content-Type': 'text/plain' })],
    [400, 'no reports in JSON\n', await send(port, batch, { 'Content-Type': 'application/jsonx' })],
  ];
  for (const [status, text, answer] of answers) assert.deepEqual([answer.status, answer.body], [status, text]);
  assert.deepEqual(await relayed(), []);
  assert.equal((await send(port, batch, { Origin: 'https://proxied.example', 'Sec-Fetch-Site': 'same-origin' })).status, 204);
  const other = { Origin: 'https://shop.example' };
  const asked = await send(port, '', other, 'OPTIONS');
  assert.deepEqual([asked.status, asked.headers['access-control-allow-origin']], [204, 'https://shop.example']);
  const taken = await send(port, { reports: [report()] }, other);
  assert.deepEqual([taken.status, taken.headers['access-control-allow-origin']], [204, 'https://shop.example']);
});

test('what is no batch, or holds nothing that could be used', async () => {
  const port = await plain();
  const [good, deep] = [report(), '['.repeat(100_000) + ']'.repeat(100_000)];
  const bodies = [
    '', '{', 'null', '[]', '"x"', '1', deep, `{"reports":${deep}}`,
    { reports: {} }, { reports: 'x' }, { reports: [null] }, { counts: [null] }, { reports: Array(51).fill(good) },
    { reports: [{ ...good, runtime: 'python' }] }, { reports: [{ ...good, schema: 'splat-report/2' }] },
    { reports: [{ ...good, signature: '' }] }, { reports: [{ ...good, signature: 'x' }] }, { reports: [{ ...good, signature: '0'.repeat(16) }] },
    { reports: [{ ...good, exceptions: [] }] }, { reports: [{ ...good, exceptions: [{}] }] },
    { reports: [report({ contexts: { a: 'x'.repeat(300_000) } })] },
    { counts: [{ signature: 'x', count: 1 }] }, { counts: [{ signature: '1'.repeat(16), count: -1 }] }, { counts: [{ signature: '1'.repeat(16), count: 1e300 }] },
  ];
  for (const each of bodies) {
    const answer = await send(port, each);
    assert.deepEqual([answer.status, answer.body], [400, 'no reports in JSON\n'], JSON.stringify(each).slice(0, 100));
  }
  assert.deepEqual(await relayed(), []);
  assert.equal((await send(port, { reports: [null, good, 7] })).status, 204);
  assert.equal((await relayed()).length, 1);
});

test('no key of a page reaches a prototype', async () => {
  const port = await plain();
  const poison = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
  const given = JSON.stringify(report({ tags: 0, contexts: 0 })).replace('"tags":0', `"tags":${poison}`).replace('"contexts":0', `"contexts":${poison},"__proto__":{"schema":"x","polluted":1}`);
  assert.equal((await send(port, `{"__proto__":{"reports":[]},"reports":[${given}]}`)).status, 204);
  const [taken] = await relayed();
  assert.equal({}.polluted, undefined);
  assert.equal(Object.getPrototypeOf(taken), Object.prototype);
  assert.equal(taken.polluted, undefined);
});

test('too much: of bytes, of items, of requests', async () => {
  const port = await plain();
  const large = await send(port, `{"reports":["${'x'.repeat(1_000_000)}"]}`);
  assert.deepEqual([large.status, large.body], [413, 'too large\n']);
  const chunked = await new Promise((resolve) => {
    const headers = { 'Content-Type': 'application/json', Origin: `http://127.0.0.1:${port}`, Host: `127.0.0.1:${port}` };
    const request = http.request({ port, method: 'POST', headers, agent: false }, (response) => resolve(response.statusCode));
    request.on('error', () => undefined);
    for (let part = 0; part < 20; part += 1) request.write('x'.repeat(100_000));
    request.end();
  });
  assert.equal(chunked, 413);
  const statuses = [];
  for (let time = 0; time < 70; time += 1) statuses.push((await send(port, { reports: [] }, { 'X-Forwarded-For': '9.9.9.9, 203.0.113.7' })).status);
  assert.equal(statuses.filter((each) => each === 204).length, 60);
  assert.equal(statuses.at(-1), 429);
  // Another address still may; what the client wrote itself into the header makes none.
  assert.equal((await send(port, { reports: [] }, { 'X-Forwarded-For': '203.0.113.8' })).status, 204);
  assert.equal((await send(port, { reports: [] }, { 'X-Forwarded-For': '1.2.3.4, 203.0.113.7' })).status, 429);
});

test('600 a minute in all', async () => {
  const port = await plain();
  const statuses = await Promise.all(
    Array.from({ length: 640 }, (_, at) => send(port, { reports: [] }, { 'X-Forwarded-For': `198.51.100.${at % 40}` })),
  );
  assert.equal(statuses.filter((each) => each.status === 204).length, 600);
});

test('one bug of many pages is one report, and counts', async () => {
  const port = await plain();
  const bug = report();
  for (let page = 0; page < 5; page += 1) assert.equal((await send(port, { reports: [{ ...bug, id: String(page).repeat(32) }] })).status, 204);
  const count = { schema: 'splat-count/1', id: 'a'.repeat(32), signature: bug.signature, count: 40, first: bug.time, last: bug.time, release: '' };
  assert.equal((await send(port, { counts: [count, { ...count, count: 999_999_999_999 }] })).status, 204);
  assert.equal((await relayed()).length, 1);
  await splat.close(60);
  assert.deepEqual(items.splice(0).map((each) => [each.count.signature, each.count.seen]), [[bug.signature, 4 + 40 + 1_000]]);
});

test('a thousand new bugs a minute are 60 reports', async () => {
  const port = await plain();
  for (let batch = 0; batch < 20; batch += 1) await send(port, { reports: Array.from({ length: 50 }, () => report()) });
  assert.equal((await relayed()).filter((each) => each.exceptions).length, 60);
});

test('beforeSend of the server has its word', async () => {
  splat.init({ transport, integrations: 'none', spoolDir, beforeSend: (each) => (each.tags?.drop ? null : { ...each, tags: { seen: 'yes' } }) });
  const port = await plain();
  await send(port, { reports: [report({ tags: { drop: '1' } }), report()] });
  assert.deepEqual((await relayed()).filter((each) => each.exceptions).map((each) => each.tags), [{ seen: 'yes' }]);
});

test('as a route of Next.js', async () => {
  const relay = splat.relay();
  const asked = (body, headers = {}) =>
    new Request('http://shop.example/splat', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Origin: 'http://shop.example', Host: 'shop.example', ...headers },
    });
  const answer = await relay(asked({ reports: [report()] }, { 'Sec-Fetch-Site': 'same-origin' }));
  assert.equal(answer.status, 204);
  assert.equal((await relayed()).length, 1);
  const refused = await relay(asked({}, { Origin: 'https://evil.example' }));
  assert.deepEqual([refused.status, await refused.text()], [403, 'not from this origin\n']);
});

const servers = {
  express: async (parsed) => {
    const express = require('express5');
    const app = express();
    if (parsed) app.use(express.urlencoded(), express.json());
    app.use('/splat', splat.relay());
    const server = app.listen(0, '127.0.0.1');
    return { server, end: () => server.close() };
  },
  fastify: async () => {
    const app = require('fastify5')();
    app.post('/splat', splat.relay());
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { server: app.server, end: () => app.close() };
  },
  koa: async () => {
    const Koa = require('koa3');
    const relay = splat.relay();
    const app = new Koa().use((ctx, next) => (ctx.path === '/splat' ? relay(ctx, next) : next()));
    const server = app.listen(0, '127.0.0.1');
    return { server, end: () => server.close() };
  },
};

for (const [name, parsed] of [['express', false], ['express', true], ['fastify'], ['koa']]) {
  test(`in ${name}${parsed ? ' behind its parsers' : ''}`, { skip: missing('.') }, async () => {
    const { server, end } = await servers[name](parsed);
    closing.push(end);
    await until(() => server.listening);
    const { port } = server.address();
    assert.equal((await send(port, { reports: [report()] })).status, 204);
    assert.equal((await relayed()).length, 1);
    assert.equal((await send(port, { reports: [report()] }, { Origin: 'https://evil.example' })).status, 403);
  });
}
