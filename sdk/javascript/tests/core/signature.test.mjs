// S: the vectors, and what no vector says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalText, foldMessage, functionName, rootRelative, signature } from '../../dist/cjs/signature/index.js';
import { vectors } from './vectors.mjs';

vectors('signature', 'paths', ({ runtime, path, root, expected }) => {
  assert.equal(rootRelative(runtime, path, root), expected);
});

vectors('signature', 'functions', (vector) => {
  assert.equal(functionName(vector.runtime, vector.function), vector.expected);
});

vectors('signature', 'messages', ({ message, expected }) => {
  assert.equal(foldMessage(message), expected);
});

vectors('signature', 'vectors', (vector) => {
  assert.equal(canonicalText(vector.runtime, vector.root, vector.exceptions), vector.canonical);
  assert.equal(signature(vector.runtime, vector.root, vector.exceptions), vector.signature);
});

const HOSTILE = [
  '"',
  "'",
  '`',
  'a',
  '0',
  '1.',
  ':',
  'a:',
  'a@',
  '%',
  '[:',
  '[::',
  '1:',
  ' ',
  '\t',
  '\n',
  '<n>',
  '+1 ',
  'Jan 1, ',
  '1 Jan ',
  'Mon, ',
  '0x',
  'a\ud800',
  '\ud83d\ude00',
  '://',
  'a://',
  '/',
  '..',
  '../',
  '(*',
  '[',
  '#',
  '-range1',
  'block in ',
  'bound ',
];

for (const unit of HOSTILE) {
  test(`a hostile text takes no time: ${JSON.stringify(unit)}`, () => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    const started = process.cpuUsage();
    for (const runtime of ['python', 'javascript', 'go', 'ruby', 'php']) {
      const thrown = {
        type: text,
        message: text,
        frames: [{ path: text, function: text, source: text, in_app: true }],
      };
      assert.match(signature(runtime, text, [thrown]), /^[0-9a-f]{16}$/);
      assert.match(signature(runtime, text, [{ ...thrown, frames: [] }]), /^[0-9a-f]{16}$/);
    }
    const used = process.cpuUsage(started);
    assert.ok(used.user + used.system < 2_000_000, `${used.user} µs`);
  });
}

test('many exceptions and frames are bounded', () => {
  const frames = Array.from({ length: 50_000 }, (_, at) => ({
    path: `/app/f${at % 7}.js`,
    function: 'f',
    in_app: true,
  }));
  const exceptions = Array.from({ length: 5_000 }, (_, at) => ({
    type: 'RangeError',
    message: 'Maximum call stack size exceeded',
    relation: at ? 'cause' : 'surfaced',
    parent: at ? at - 1 : null,
    frames: at % 500 ? [] : frames,
  }));
  assert.match(canonicalText('javascript', '/app', exceptions), /^signature=1\nruntime=javascript\nrule=overflow\n/);
});

test('groups in groups do not multiply', () => {
  const exceptions = Array.from({ length: 200 }, (_, at) => ({
    type: 'AggregateError',
    relation: at ? 'member' : 'surfaced',
    parent: at ? Math.floor((at - 1) / 2) : null,
  }));
  assert.match(signature('javascript', '', exceptions), /^[0-9a-f]{16}$/);
});

test('lone surrogates are the character of doubt', () => {
  const of = (type) => signature('javascript', '', [{ type }]);
  assert.equal(of('A\ud800'), of('A\ufffd'));
  assert.notEqual(of('A\ud83d\ude00'), of('A\ufffd\ufffd'));
});
