import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { channel } from 'node:diagnostics_channel';
import { ask, reports as reportsIn } from '../frameworks/kit.mjs';
import { folderFor } from './kit.mjs';

const require = createRequire(import.meta.url);
const splat = require('../..');
const { watchRequests } = require('../../dist/cjs/node/requests.js');
after(() => splat.close());

async function begin(context, more) {
  await splat.close();
  const folder = folderFor(context);
  splat.init({ transport: 'file', folder: join(folder, 'reports'), spoolDir: folder, ...more });
  return async () => {
    assert.equal(await splat.flush(60), true);
    return reportsIn(join(folder, 'reports'));
  };
}

test('what is set in a request stays in it', async (context) => {
  const told = await begin(context, { includeQuery: true, includeHeaders: true });
  watchRequests();
  splat.setTag('process', 'yes');
  const kinds = { '/a': TypeError, '/b': RangeError };
  const server = http.createServer(async (request, response) => {
    const path = request.url.split('?')[0];
    splat.setTag('path', path);
    splat.addBreadcrumb(`began ${path}`);
    await new Promise((resolve) => setTimeout(resolve, path === '/a' ? 30 : 5));
    splat.captureException(new kinds[path](path));
    response.end();
  });
  await new Promise((resolve) => server.listen(0, resolve));
  context.after(() => server.close());
  const { port } = server.address();
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  await Promise.all([ask(port, 'GET', '/a?x=1&x=2&token=abcdefgh12345678', undefined, { traceparent }), ask(port, 'GET', '/b')]);
  const found = (await told()).sort((one, other) => (one.tags.path < other.tags.path ? -1 : 1));
  assert.deepEqual(found.map((each) => each.tags), [{ process: 'yes', path: '/a' }, { process: 'yes', path: '/b' }]);
  assert.deepEqual(found.map((each) => each.breadcrumbs.map((crumb) => crumb.message)), [['began /a'], ['began /b']]);
  assert.equal(found[0].request.path, '/a');
  assert.deepEqual(found[0].request.query, { x: '1, 2', token: '[REDACTED]' });
  assert.equal(found[0].request.headers.connection, 'close');
  assert.equal(found[0].trace_id, '0af7651916cd43dd8448eb211c80319c');
  assert.equal(found[1].request.query, undefined);
});

test('a lambda: delivered before it answers, its answers and errors unchanged', async (context) => {
  const told = await begin(context);
  const event = { httpMethod: 'POST', path: '/carts/7', resource: '/carts/{id}', headers: { Traceparent: 'x' }, body: 'text' };
  const lambdaContext = { functionName: 'cart', getRemainingTimeInMillis: () => 5_000 };
  const failure = new TypeError('failed');
  const good = splat.lambda(async (given) => given.path);
  assert.equal(await good(event, lambdaContext), '/carts/7');
  assert.equal(good.length, 2);
  const bad = splat.lambda(async () => {
    throw failure;
  });
  await assert.rejects(bad(event, lambdaContext), (error) => error === failure);
  const called = splat.lambda((given, _, callback) => callback(new RangeError('called back'), 'answer'));
  assert.equal(called.length, 3);
  const answer = await new Promise((resolve) => called({}, lambdaContext, (...given) => resolve(given)));
  assert.deepEqual([answer[0].message, answer[1]], ['called back', 'answer']);
  const found = await told();
  assert.deepEqual(found.map((each) => [each.mechanism.type, each.request]), [
    ['aws_lambda', { method: 'POST', path: '/carts/7', route: '/carts/{id}' }],
    ['aws_lambda', { method: 'INVOKE', route: 'cart' }],
  ]);
});

test('the console is kept where Node tells of it, and its functions are the app’s own', async (context) => {
  const before = [console.log, console.error];
  const told = await begin(context);
  assert.deepEqual([console.log, console.error], before);
  // As Node 22.15 and newer do it themselves.
  channel('console.warn').publish(['low stock', { item: 7, password: 'abcdefgh' }, new Error('logged')]);
  for (let count = 0; count < 300; count += 1) channel('console.log').publish([`line ${count}`]);
  channel('console.debug').publish(['not kept']);
  splat.captureException(new Error('with logs'));
  const [{ logs }] = await told();
  assert.equal(logs.length, 200);
  assert.equal(logs.at(-1).message, 'line 299');
  assert.equal(logs.at(-1).level, 'info');
});

test('what is set outside of requests is forgotten by close', async (context) => {
  let told = await begin(context);
  splat.setTag('old', 1);
  splat.setContext('old', { a: 1 });
  splat.setTag('gone', 'x');
  splat.setTag('gone', null);
  splat.captureException(new Error('before'));
  const [before] = await told();
  assert.deepEqual([before.tags, before.contexts], [{ old: '1' }, { old: { a: 1 } }]);
  told = await begin(context);
  splat.captureException(new Error('behind'));
  const [behind] = await told();
  assert.deepEqual([behind.tags, behind.contexts, behind.logs], [undefined, undefined, undefined]);
});
