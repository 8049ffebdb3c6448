// The loader of the vectors builds what the linter's own builders build.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expand, load } from './vectors.mjs';

test('builders build', () => {
  assert.deepEqual(expand({ a: { $join: ['x', { $repeat: 'y', count: 3 }] }, b: { $nest: 1, depth: 2 } }), {
    a: 'xyyy',
    b: [[1]],
  });
  assert.deepEqual(expand({ $list: { $map: 0, count: 2 }, count: 2 }), [
    { k00000: 0, k00001: 0 },
    { k00000: 0, k00001: 0 },
  ]);
});

test('a cycle is one', () => {
  const circle = expand({ a: { b: { $cycle: 2 } } });
  assert.equal(circle.a.b, circle);
  const ring = expand([{ $cycle: 1 }]);
  assert.equal(ring[0], ring);
});

test('expanding copies', () => {
  const [given] = load('truncation', 'values');
  assert.deepEqual(expand(given), given);
  assert.notEqual(expand(given), given);
});
