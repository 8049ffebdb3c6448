import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder, missing, serve, told, until } from './kit.mjs';

const JSON_TYPE = { 'content-type': 'application/json' };
const REQUESTS = [
  ['GET', '/items'],
  ['GET', '/items/7/show?token=abc'],
  ['GET', '/items/later'],
  ['GET', '/items/missing'],
  ['GET', '/items/forbidden'],
  ['GET', '/broken'],
  ['GET', '/nowhere'],
  ['POST', '/items', '{"a":1}', JSON_TYPE],
  ['POST', '/items', '{"a":', JSON_TYPE],
];

async function answers(app) {
  const found = [];
  for (const request of REQUESTS) found.push(await app.ask(...request));
  return found;
}

for (const version of ['nest10', 'nest11']) {
  for (const given of [['express'], ['express', 'own'], ['fastify', 'own']]) {
    test(`${version} ${given}: errors are seen, and nobody else notices`, { timeout: 180_000, skip: missing(version) }, async () => {
      const [app, bare] = await Promise.all([
        serve('nest.cjs', [version, ...given]),
        serve('nest.cjs', [version, ...given], { bare: true }),
      ]);
      try {
        assert.deepEqual(await answers(app), await answers(bare));
        const get = (path, route) => ({ method: 'GET', path, ...(route && { route }) });
        const expected = [
          ['TypeError', 'no item 7', get('/items/7/show', '/items/:id/show')],
          ['Error', 'asynchronous', get('/items/later', '/items/later')],
          ...(given.length > 1 ? [] : [['NotThere', 'not there', get('/items/missing', '/items/missing')]]),
          ['RangeError', 'in a middleware', undefined],
        ];
        await until(() => app.reports().length >= expected.length);
        const found = app.reports();
        const broken = found.find((each) => each.exceptions[0].type === 'RangeError');
        expected.at(-1)[2] = get('/broken', broken.request.route);
        assert.deepEqual(told(found), inOrder(expected));
        const first = found.find((each) => each.exceptions[0].message === 'no item 7');
        assert.deepEqual(first.tags, { item: '7' });
        assert.equal(first.mechanism.type, 'nest');
        await until(() => app.errors === bare.errors);
      } finally {
        await Promise.all([app.stop(), bare.stop()]);
      }
    });
  }
}
