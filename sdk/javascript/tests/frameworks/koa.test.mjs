import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder, leave, missing, plain, serve, told, until } from './kit.mjs';

const REQUESTS = [
  ['GET', '/'],
  ['GET', '/items/7?token=abc'],
  ['GET', '/async'],
  ['GET', '/forbidden'],
  ['GET', '/failed'],
  ['GET', '/stream'],
  ['GET', '/nowhere'],
  ['DELETE', '/'],
];

// Koa 2 leaves the response of a stream that breaks open for ever.
const without = (version) => REQUESTS.filter(([, path]) => version === 'koa3' || path !== '/stream');

async function answers(app, version) {
  const found = [];
  for (const request of without(version)) found.push(await app.ask(...request));
  return found;
}

for (const version of ['koa2', 'koa3']) {
  for (const own of [[], ['own']]) {
    test(`${version} ${own}: errors are seen, and nobody else notices`, { timeout: 180_000, skip: missing('.') }, async () => {
      const [app, bare] = await Promise.all([
        serve('koa.cjs', [version, ...own]),
        serve('koa.cjs', [version, ...own], { bare: true }),
      ]);
      try {
        assert.deepEqual(await answers(app, version), await answers(bare, version));
        await leave(app.port, '/slow'); // which is no error
        await leave(bare.port, '/slow');
        const get = (path, route) => ({ method: 'GET', path, route });
        const expected = [
          ['TypeError', 'no item 7', get('/items/7', '/items/:id')],
          ['Error', 'asynchronous', get('/async', '/async')],
          ['InternalServerError', 'told to fail', get('/failed', '/failed')],
          ...(version === 'koa3' ? [['Error', 'in the middle', get('/stream', '/stream')]] : []),
        ];
        await until(() => app.reports().length >= expected.length);
        const found = app.reports();
        assert.deepEqual(told(found), inOrder(expected));
        const first = found.find((each) => each.exceptions[0].message === 'no item 7');
        assert.deepEqual(first.tags, { item: '7' });
        assert.equal(first.mechanism.type, 'koa');
        await until(() => plain(app.errors) === plain(bare.errors));
      } finally {
        await Promise.all([app.stop(), bare.stop()]);
      }
    });
  }
}
