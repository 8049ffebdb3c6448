import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder, leave, missing, serve, told, until } from './kit.mjs';

const JSON_TYPE = { 'content-type': 'application/json' };
const REQUESTS = [
  ['GET', '/'],
  ['GET', '/items/7?token=abc'],
  ['GET', '/async'],
  ['GET', '/sent'],
  ['GET', '/missing'],
  ['GET', '/forbidden'],
  ['GET', '/nowhere'],
  ['POST', '/echo', '{"a":1}', JSON_TYPE],
  ['POST', '/echo', '{"a":', JSON_TYPE],
  ['GET', '/checked'],
  ['GET', '/stream'],
  ['GET', '/shops/4/pay/2'],
  ['GET', '/shops/4/own'],
];

async function answers(app) {
  const found = [];
  for (const request of REQUESTS) found.push(await app.ask(...request));
  return found;
}

for (const version of ['fastify4', 'fastify5']) {
  for (const own of [[], ['own']]) {
    test(`${version} ${own}: errors are seen, and nobody else notices`, { timeout: 180_000, skip: missing('.') }, async () => {
      const [app, bare] = await Promise.all([
        serve('fastify.cjs', [version, ...own]),
        serve('fastify.cjs', [version, ...own], { bare: true }),
      ]);
      try {
        assert.deepEqual(await answers(app), await answers(bare));
        await leave(app.port, '/slow'); // which is no error
        await leave(bare.port, '/slow');
        const get = (path, route) => ({ method: 'GET', path, route });
        const expected = [
          ['TypeError', 'no item 7', get('/items/7', '/items/:id')],
          ['Error', 'asynchronous', get('/async', '/async')],
          ['RangeError', 'sent', get('/sent', '/sent')],
          ...(own.length > 0 ? [] : [['NotThere', 'not there', get('/missing', '/missing')]]),
          ['Error', 'cannot pay', get('/shops/4/pay/2', '/shops/:shop/pay/:card')],
          ['Error', 'behind a handler of the route', get('/shops/4/own', '/shops/:shop/own')],
        ];
        await until(() => app.reports().length >= expected.length);
        const found = app.reports();
        assert.deepEqual(told(found), inOrder(expected));
        const first = found.find((each) => each.exceptions[0].message === 'no item 7');
        assert.deepEqual(first.tags, { item: '7' });
        assert.equal(first.mechanism.type, 'fastify');
        await until(() => app.errors === bare.errors);
      } finally {
        await Promise.all([app.stop(), bare.stop()]);
      }
    });
  }
}
