import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve, until } from './kit.mjs';

const REQUESTS = [
  ['GET', '/'],
  ['GET', '/items/7?token=abc'],
  ['GET', '/next'],
  ['GET', '/later'],
  ['GET', '/async'],
  ['GET', '/text'],
  ['GET', '/missing'],
  ['GET', '/forbidden'],
  ['GET', '/stream'],
  ['GET', '/shops/4/pay/2'],
  ['GET', '/other/deep'],
  ['GET', '/nowhere'],
  ['POST', '/echo', '{"a":1}', { 'content-type': 'application/json' }],
  ['POST', '/echo', '{"a":', { 'content-type': 'application/json' }],
];

async function answers(app) {
  const found = [];
  for (const request of REQUESTS) found.push(await app.ask(...request));
  return found;
}

for (const version of ['express4', 'express5']) {
  for (const own of [[], ['own']]) {
    test(`${version} ${own}: errors are seen, and nobody else notices`, { timeout: 60_000 }, async () => {
      const [app, bare] = await Promise.all([
        serve('express.cjs', [version, ...own]),
        serve('express.cjs', [version, ...own], { bare: true }),
      ]);
      try {
        assert.deepEqual(await answers(app), await answers(bare));
        const expected = own.length > 0 ? 8 : 9;
        await until(() => app.reports().length >= expected);
        const found = app.reports();
        const told = found.map((each) => [each.exceptions[0].type, each.exceptions[0].message, each.request]);
        const get = (path, route) => ({ method: 'GET', path, ...(route && { route }) });
        assert.deepEqual(told.slice(0, 5), [
          ['TypeError', 'no item 7', get('/items/7', '/items/:id')],
          ['RangeError', 'handed on', get('/next', '/next')],
          ['Error', 'later', get('/later', '/later')],
          ['Error', 'asynchronous', get('/async', '/async')],
          ['String', 'only a text', get('/text', '/text')],
        ]);
        const rest = told.slice(5).filter(([type]) => type !== 'NotThere');
        assert.deepEqual(rest, [
          ['Error', 'in the middle', get('/stream', '/stream')],
          ['Error', 'cannot pay', get('/shops/4/pay/2', '/shops/:shop/pay/:card')],
          ['Error', 'in another app', get('/other/deep', rest[2][2].route)],
        ]);
        // By default an error without a status is a 500; the app's own handler makes a 404 of it.
        assert.equal(told.length - rest.length - 5, own.length > 0 ? 0 : 1);
        const [first] = found;
        assert.deepEqual(first.tags, { item: '7' });
        assert.equal(first.mechanism.type, 'express');
        assert.equal(first.exceptions[0].frames.at(-1).source.trim(), 'throw new TypeError(`no item ${request.params.id}`);');
        await until(() => app.errors === bare.errors);
      } finally {
        await Promise.all([app.stop(), bare.stop()]);
      }
    });
  }
}
