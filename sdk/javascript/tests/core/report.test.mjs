// W, R9, L: canonical JSON, reading back, limits.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonical } from '../../dist/cjs/canonical.js';
import { conform, readBack } from '../../dist/cjs/conform.js';
import { cut } from '../../dist/cjs/cut.js';
import { limitReport, limitValue } from '../../dist/cjs/limits.js';
import { expand, load, vectors } from './vectors.mjs';

vectors('report', 'valid', ({ report, expected }) => {
  assert.equal(canonical(report), expected);
  assert.equal(canonical(readBack(expected)), expected);
});

const [refused, leftToTheEngine] = [true, false].map((sdk) =>
  load('report', 'invalid').filter((each) => each.sdk === sdk),
);

for (const { name, text, where } of refused) {
  test(`report/invalid: ${name}`, () => {
    // What is no JSON has a line and a column for some parsers, and none for this one.
    const place = where?.startsWith('$.') ? where : '$';
    assert.throws(
      () => readBack(text),
      (error) => error.message.startsWith(place),
      place,
    );
  });
}

for (const { name, text } of leftToTheEngine) {
  test(`report/invalid: ${name}, mended`, () => {
    const made = conform(
      readBack(text.includes('{}]}]') ? text.replace('"type": "A"', '"type": "A", "message": ""') : text),
    );
    assert.equal(canonical(readBack(canonical(made))), canonical(made));
    assert.notEqual(canonical(made), canonical(readBack(text)));
  });
}

test('what no JSON is refused, or gone', () => {
  for (const value of [NaN, Infinity, () => 1, Symbol('s'), 1n, undefined])
    assert.throws(() => canonical(value), TypeError);
  assert.equal(canonical({ b: undefined, a: [undefined, -0, 1e21, 0.1] }), '{"a":[null,0,1e+21,0.1]}');
  assert.equal(canonical('\ud800😀\udc00'), '"\\ufffd\\ud83d\\ude00\\ufffd"');
  assert.equal(canonical(JSON.parse('{"__proto__":1,"constructor":2}')), '{"__proto__":1,"constructor":2}');
  assert.equal(canonical({ '\ud800': 1, '\udc00': 2 }), '{"\\ufffd":2}');
});

test('deep and hostile documents are refused, not walked', () => {
  const deep = `{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"}],"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  assert.throws(() => readBack(deep), /nested too deeply/);
  const proto = readBack(
    '{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"}],"__proto__":{"signature":"x"}}',
  );
  assert.equal(canonical(proto).includes('__proto__'), true);
  assert.throws(
    () => readBack('{"__proto__":{"schema":"splat-report/1","runtime":"go","exceptions":[{"type":"E"}]}}'),
    /schema/,
  );
});

test('a report with everything wrong comes back in shape', () => {
  const frame = {
    path: 'a\0b',
    line: 0,
    column: 1.5,
    function: 7,
    in_app: 'yes',
    source: null,
    locals: { a: 1, b: {} },
  };
  const made = conform({
    exceptions: [{ type: 'A', parent: 5, relation: 'friend', frames: [frame, {}, 'x'] }, { message: 'no type' }],
    time: 'now',
    tags: { a: 1, b: {}, c: null },
    logs: [{}, { message: 'm', x: 1 }],
    own: { free: true },
    sdk: { name: 'x' },
    __proto__: null,
    request: { body: null, method: [] },
    occurrences: { count: 0 },
  });
  assert.deepEqual(JSON.parse(JSON.stringify(made)), {
    exceptions: [
      { type: 'A', parent: null, frames: [{ path: 'a\ufffdb', function: '7', source: null, locals: { a: '1' } }] },
    ],
    tags: { a: '1', c: null },
    logs: [{ message: 'm' }],
    own: { free: true },
    request: { body: null },
  });
  for (const none of [null, 1, [], {}, { exceptions: [] }, { exceptions: [{}] }])
    assert.throws(() => conform(none), /^Error: \$/);
});

vectors('truncation', 'texts', ({ text, limit, expected }) => {
  assert.equal(cut(expand(text), limit), expand(expected));
});

vectors('truncation', 'values', ({ value, expected }) => {
  assert.deepEqual(limitValue(expand(value)), expand(expected));
});

vectors('truncation', 'lists', ({ part, count, expected }) => {
  const numbers = Array.from({ length: count }, (_, number) => number);
  const limited = (report) => limitReport(report);
  const [kept, made] = {
    frames: () => {
      const made = limited({ exceptions: [{ type: 'E', frames: numbers.map((n) => ({ path: 'a', line: n + 1 })) }] });
      return [made.exceptions[0].frames.map((frame) => frame.line - 1), made];
    },
    exceptions: () => {
      const made = limited({ exceptions: numbers.map((n) => ({ type: String(n) })) });
      return [made.exceptions.map((each) => Number(each.type)), made];
    },
    logs: () => ofEntries('logs'),
    breadcrumbs: () => ofEntries('breadcrumbs'),
  }[part]();
  function ofEntries(name) {
    const made = limited({ exceptions: [], [name]: numbers.map((n) => ({ message: String(n) })) });
    return [made[name].map((each) => Number(each.message)), made];
  }
  assert.deepEqual(
    kept,
    expected.flatMap(([first, end]) => numbers.slice(first, end)),
  );
  assert.equal(Boolean(made.truncated), kept.length < count);
});

test('no report is larger than a million bytes, whatever is in it', () => {
  const long = '\u0000'.repeat(5_000);
  const frames = Array.from({ length: 200 }, () => ({
    path: long,
    source: long,
    in_app: true,
    locals: { a: long, b: long },
  }));
  const report = {
    schema: 'splat-report/1',
    runtime: 'javascript',
    signature: '17310dbb56def269',
    exceptions: Array.from({ length: 50 }, (_, at) => ({ type: long, message: long, parent: at - 1, frames })),
    contexts: Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`c${at}`, { a: long.repeat(30) }])),
  };
  const made = limitReport(report);
  assert.ok(canonical(made).length <= 1_000_000);
  assert.deepEqual(made.truncated.slice(0, 3), ['long texts', 'further names', 'large values']);
  assert.ok(made.truncated.includes('locals'));
  assert.equal(canonical(limitReport(made)), canonical(made));
});

test('what fits is as it was', () => {
  for (const { report } of load('report', 'valid')) assert.equal(canonical(limitReport(report)), canonical(report));
});
