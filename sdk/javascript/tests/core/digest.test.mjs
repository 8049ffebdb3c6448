// SHA-256 and UTF-8 by hand, beside Node's own.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  byteLength,
  compare,
  first,
  isLonger,
  last,
  length,
  utf8,
  wellFormed,
  withoutLast,
} from '../../dist/cjs/codepoints.js';
import { sha256 } from '../../dist/cjs/digest.js';

const own = (text) => createHash('sha256').update(text, 'utf8').digest('hex');
const MIXED = 'aé€😀\ud800x\udc00\ud83d'; // one to four bytes, and three halves of nothing

test('SHA-256 of every length around the blocks, and of a long text', () => {
  for (let size = 0; size <= 200; size += 1) assert.equal(sha256('b'.repeat(size)), own('b'.repeat(size)));
  assert.equal(sha256(MIXED), own(MIXED));
  assert.equal(sha256(MIXED.repeat(30_000)), own(MIXED.repeat(30_000)));
});

test('UTF-8 is what Node writes', () => {
  assert.deepEqual(Buffer.from(utf8(MIXED)), Buffer.from(MIXED, 'utf8'));
  assert.equal(byteLength(MIXED.repeat(3)), Buffer.byteLength(MIXED.repeat(3)));
  for (let point = 0; point < 0x110000; point += 1_021) {
    const text = String.fromCodePoint(point);
    assert.deepEqual(Buffer.from(utf8(text)), Buffer.from(text, 'utf8'));
  }
});

test('texts are counted and cut by code points', () => {
  assert.equal(length(MIXED), [...MIXED].length);
  for (let count = 0; count <= 10; count += 1) {
    assert.equal(first(MIXED, count), [...MIXED].slice(0, count).join(''));
    assert.equal(last(MIXED, count), count ? [...MIXED].slice(-count).join('') : '');
    assert.equal(isLonger(MIXED, count), [...MIXED].length > count);
    assert.equal(withoutLast(MIXED, count), [...MIXED].slice(0, Math.max(0, 8 - count)).join(''));
  }
  assert.equal(wellFormed(MIXED), Buffer.from(MIXED, 'utf8').toString('utf8'));
});

test('texts are ordered as their bytes are', () => {
  const texts = [
    '',
    'a',
    'ab',
    'b',
    'é',
    '\ue000',
    '\uffff',
    '😀',
    '😀a',
    '\u{10ffff}',
    '\u2028',
    'a\uffff',
    'a😀',
    '\ud800',
    'a\udc00',
    '\ud83d',
    '\ud83da',
    '\ufffe',
    'a\ue000',
  ];
  const bytes = (text) => Buffer.from(text).toString('hex');
  const wanted = texts.map(bytes).sort();
  assert.deepEqual([...texts].reverse().sort(compare).map(bytes), wanted);
});
