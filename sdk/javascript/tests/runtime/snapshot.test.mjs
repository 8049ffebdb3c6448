import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import vm from 'node:vm';

const require = createRequire(import.meta.url);
const { framesOf, readFrame, readFrames } = require('../../dist/cjs/stack.js');
const { exceptionsOf, keyOf, linksOf, typeOf } = require('../../dist/cjs/snapshot.js');
const { Frames } = require('../../dist/cjs/frames/index.js');
const frames = new Frames('/app', []);

test('frames as V8, Firefox and Safari print them', () => {
  const told = {
    '    at Cart.total (/app/src/cart.js:5:9)': ['/app/src/cart.js', 5, 9, 'Cart.total'],
    '    at async Promise.all (index 0)': ['<anonymous>', null, null, 'async Promise.all'],
    '    at file:///app/x.mjs:3:1': ['file:///app/x.mjs', 3, 1, ''],
    '    at async file:///app/x.mjs:3:1': ['file:///app/x.mjs', 3, 1, ''],
    '    at new Promise (<anonymous>)': ['<anonymous>', null, null, 'new Promise'],
    '    at Object.run [as go] (C:\\app\\x.js:7:2)': ['C:\\app\\x.js', 7, 2, 'Object.run [as go]'],
    '    at f (/app (copy)/x.js:1:2)': ['/app (copy)/x.js', 1, 2, 'f'],
    '    at /app (copy)/x.js:1:2': ['/app (copy)/x.js', 1, 2, ''],
    '    at eval (eval at run (/app/x.js:4:8), <anonymous>:1:1)': ['/app/x.js', 4, 8, 'eval'],
    '    at webpack-internal:///(rsc)/./src/x.ts:1:20': ['webpack-internal:///(rsc)/./src/x.ts', 1, 20, ''],
    'total@http://localhost:3000/src/cart.js:5:9': ['http://localhost:3000/src/cart.js', 5, 9, 'total'],
    'async*total@http://localhost:3000/cart.js:5:9': ['http://localhost:3000/cart.js', 5, 9, 'async*total'],
    '@http://localhost:3000/cart.js:5:9': ['http://localhost:3000/cart.js', 5, 9, ''],
    '[native code]': undefined,
    'map@[native code]': ['[native code]', null, null, 'map'],
    'somebody@example.org wrote': undefined,
    '    at': undefined,
    '': undefined,
  };
  for (const [line, expected] of Object.entries(told)) {
    const found = readFrame(line);
    assert.deepEqual(found && [found.path, found.line, found.column, found.function], expected, line);
  }
});

test('a message that looks like frames is none', () => {
  const message = 'first\n    at secret (/etc/passwd:1:1)\nlast';
  const error = new Error(message);
  const [only] = exceptionsOf(linksOf(error), frames);
  assert.equal(only.message, message);
  assert.ok(!only.frames.some((each) => each.path === '/etc/passwd'));
  assert.match(only.frames.at(-1).path, /snapshot\.test\.mjs$/);
});

test('a message that was changed behind the stack', () => {
  const error = new Error('before');
  error.message = 'after';
  const [only] = exceptionsOf(linksOf(error), frames);
  assert.equal(only.message, 'after');
  assert.match(only.frames.at(-1).path, /snapshot\.test\.mjs$/);
});

test('causes, members and cycles, each once', () => {
  const inner = new TypeError('inner');
  const middle = new Error('middle', { cause: inner });
  const group = new AggregateError([middle, new RangeError('other'), 'no error'], 'group', { cause: inner });
  inner.cause = group;
  const told = linksOf(group).map(({ type, message, relation, parent }) => [type, message, relation, parent]);
  assert.deepEqual(told, [
    ['AggregateError', 'group', 'surfaced', -1],
    ['TypeError', 'inner', 'cause', 0],
    ['Error', 'middle', 'member', 0],
    ['RangeError', 'other', 'member', 0],
  ]);
  const deep = Array.from({ length: 1000 }).reduce((cause) => new Error('deep', { cause }), undefined);
  assert.equal(linksOf(deep).length, 200);
});

test('types as Node prints them', () => {
  class OutOfStock extends Error {}
  class Named extends Error {
    name = 'ShopError';
  }
  class ab extends Error {}
  assert.equal(typeOf(new OutOfStock('x')), 'OutOfStock');
  assert.equal(typeOf(new Named('x')), 'ShopError');
  assert.equal(typeOf(new ab('x')), 'Error');
  assert.equal(typeOf(new DOMException('x', 'AbortError')), 'AbortError');
  assert.equal(typeOf(vm.runInNewContext('new TypeError("x")')), 'TypeError');
});

test('what is thrown need be no error', () => {
  const told = (value) => linksOf(value).map(({ type, message }) => [type, message])[0];
  assert.deepEqual(told('text'), ['String', 'text']);
  assert.deepEqual(told(undefined), ['Undefined', 'undefined']);
  assert.deepEqual(told(null), ['Null', 'null']);
  assert.deepEqual(told(17), ['Number', '17']);
  assert.deepEqual(told({ code: 1 }), ['Object', '{"code":1}']);
  assert.deepEqual(told({ message: 'like an error' }), ['Object', 'like an error']);
  assert.deepEqual(told(Symbol('x')), ['Symbol', 'Symbol(x)']);
  assert.equal(told(() => 1)[0], 'Function');
});

test('hostile errors do no harm', () => {
  const thrower = () => {
    throw new Error('from a getter');
  };
  const error = new Error('x');
  for (const name of ['stack', 'message', 'name', 'cause', 'errors']) Object.defineProperty(error, name, { get: thrower });
  const proxy = new Proxy(new Error('y'), { get: thrower, getPrototypeOf: thrower, getOwnPropertyDescriptor: thrower });
  const odd = Object.assign(new Error('z'), { name: 7, cause: 'text' });
  odd.stack = { not: 'a text' };
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  const placeless = Object.assign(new Error('p'), { stack: revoked.proxy });
  const listless = Object.assign(new AggregateError([], 'l'), { errors: revoked.proxy });
  const members = new Proxy([new Error('first')], { get: (target, key) => (key === 'length' ? 1e9 : key === '0' ? target[0] : thrower()) });
  const partly = Object.assign(new AggregateError([], 'm'), { errors: members });
  assert.deepEqual(linksOf(partly).map((each) => each.message), ['m', 'first']);
  for (const each of [error, proxy, odd, placeless, listless]) assert.ok(keyOf(linksOf(each), true).length > 0);
  const sites = new Error('sites');
  sites.stack = [{ toString: () => 'f (/app/x.js:1:2)' }, { toString: thrower }];
  const [only] = exceptionsOf(linksOf(sites), frames);
  assert.deepEqual(only.frames, [{ path: '/app/x.js', line: 1, column: 2, function: 'f', in_app: true }]);
});

test('long stacks and messages take no long time', () => {
  const before = process.cpuUsage();
  const error = new Error('a'.repeat(5_000_000));
  error.stack = `Error: ${error.message}\n${'    at f (/app/x.js:1:2)\n'.repeat(100_000)}`;
  const told = exceptionsOf(linksOf(error), frames)[0].frames;
  assert.ok(told.length > 0 && told.length <= 2_000);
  for (const line of [' '.repeat(1_000_000), 'at '.repeat(300_000), '@'.repeat(500_000), `at f (eval at ${'('.repeat(100_000)}`]) {
    readFrames(line);
    framesOf(line, 'x');
  }
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 5_000_000); // microseconds of the processor's, however many want it
});
