import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder, leave, missing, plain, serve, told, until } from './kit.mjs';

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
  ['GET', '/other/in/x/caught/7'],
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
    test(`${version} ${own}: errors are seen, and nobody else notices`, { timeout: 180_000, skip: missing('.') }, async () => {
      const [app, bare] = await Promise.all([
        serve('express.cjs', [version, ...own]),
        serve('express.cjs', [version, ...own], { bare: true }),
      ]);
      try {
        assert.deepEqual(await answers(app), await answers(bare));
        await leave(app.port, '/slow'); // which is no error
        await leave(bare.port, '/slow');
        const get = (path, route) => ({ method: 'GET', path, ...(route && { route }) });
        const expected = [
          ['TypeError', 'no item 7', get('/items/7', '/items/:id')],
          ['RangeError', 'handed on', get('/next', '/next')],
          ['Error', 'later', get('/later', '/later')],
          ['Error', 'asynchronous', get('/async', '/async')],
          ['String', 'only a text', get('/text', '/text')],
          // By default an error without a status is a 500; the app's own handler makes a 404 of it.
          ...(own.length > 0 ? [] : [['NotThere', 'not there', get('/missing', '/missing')]]),
          ['Error', 'in the middle', get('/stream', '/stream')],
          ['Error', 'cannot pay', get('/shops/4/pay/2', '/shops/:shop/pay/:card')],
          ['RangeError', 'caught in another app', get('/other/in/x/caught/7', '/other/in/:where/caught/:id')],
          ['Error', 'in another app', get('/other/deep', '/other/deep')],
        ];
        await until(() => app.reports().length >= expected.length);
        const found = app.reports();
        assert.deepEqual(told(found), inOrder(expected));
        const first = found.find((each) => each.exceptions[0].type === 'TypeError');
        assert.deepEqual(first.tags, { item: '7' });
        assert.equal(first.mechanism.type, 'express');
        assert.equal(first.exceptions[0].frames.at(-1).source.trim(), 'throw new TypeError(`no item ${request.params.id}`);');
        await until(() => plain(app.errors) === plain(bare.errors));
      } finally {
        await Promise.all([app.stop(), bare.stop()]);
      }
    });
  }
}

test('what Express lets end the process has its request too', { timeout: 180_000, skip: missing('.') }, async () => {
  const app = await serve('express.cjs', ['express4']);
  try {
    await assert.rejects(app.ask('GET', '/unhandled/7'));
    assert.equal(await app.ended, 1);
    assert.deepEqual(told(app.reports()), [
      ['Error', 'nobody waits for it', { method: 'GET', path: '/unhandled/7', route: '/unhandled/:id' }],
    ]);
  } finally {
    await app.stop();
  }
});

test('what the app captures itself has its request too', { timeout: 180_000, skip: missing('.') }, async () => {
  for (const [file, version] of [['express.cjs', 'express5'], ['koa.cjs', 'koa3']]) {
    const app = await serve(file, [version]);
    try {
      await app.ask('GET', '/caught/7');
      await until(() => app.reports().length === 1);
      assert.deepEqual(told(app.reports()), [
        ['Error', 'caught', { method: 'GET', path: '/caught/7', route: '/caught/:id' }],
      ]);
    } finally {
      await app.stop();
    }
  }
});
