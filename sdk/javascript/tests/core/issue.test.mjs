// C, I, D2 to D4: the vectors, and what is read back of an issue.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { asDuplicate, blockOf, counted, markerOf } from '../../dist/cjs/block.js';
import { canonical } from '../../dist/cjs/canonical.js';
import { body, title } from '../../dist/cjs/issue.js';
import { clean, fence, oneLine, span } from '../../dist/cjs/text.js';
import { expand, load, vectors } from './vectors.mjs';

vectors('issue', 'titles', ({ exceptions, expected }) => {
  assert.equal(title({ exceptions: expand(exceptions) }), expected);
});

vectors('issue', 'spans', ({ text, table, expected }) => {
  assert.equal(span(expand(text), 300, table), expected);
});

vectors('issue', 'fences', ({ text, limit, expected }) => {
  assert.equal(fence(expand(text), 'text', limit), expected);
});

vectors('issue', 'bodies', (vector) => {
  const made = body(expand(vector.report), vector.public ?? false);
  if (vector.expected) assert.deepEqual(made.split('\n'), vector.expected);
  const leftOut = [...made.matchAll(/^Left out to fit: (.*)[.]$/gm)].map((match) => match[1]);
  assert.deepEqual(leftOut, vector.left_out.length ? [vector.left_out.join(', ')] : []);
  assert.equal(Buffer.byteLength(made), vector.bytes);
  assert.equal(createHash('sha256').update(made).digest('hex'), vector.sha256);
});

vectors('issue', 'markers', (vector) => {
  assert.equal(markerOf(vector.body), vector.expected);
});

vectors('issue', 'updates', (vector) => {
  const { count, first, last, release } = vector.add;
  assert.equal(counted(expand(vector.body), { count, first, last, release: release ?? '' }), vector.expected);
});

test('a duplicate says whose, and is counted on without it', () => {
  const [first] = load('issue', 'bodies');
  const was = body(expand(first.report));
  const marked = asDuplicate(was, 7);
  assert.equal(blockOf(marked).duplicateOf, 7);
  assert.equal(marked.split('\n')[2], '<!-- splat:duplicate of=7 -->');
  const { duplicateOf, start, end, ...told } = blockOf(marked);
  const { duplicateOf: _none, start: _start, end: _end, ...before } = blockOf(was);
  assert.deepEqual(told, before);
  assert.equal(markerOf(marked), markerOf(was));
});

test('nothing hidden is left by cleaning, and all else is', () => {
  const hidden = '\0\u200b\u202e\ufeff\u{e0041}\u{10ffff}\ue000\xad';
  assert.equal(clean(`a${hidden}b\r\nc\rd\ud800`), 'ab\nc\nd\ufffd');
  assert.equal(oneLine(` a\t\n b${hidden} `, 20), 'a b');
  assert.equal(clean('é€😀'), 'é€😀');
});

for (const unit of ['`', '#1', '@', '<!--', '\n', ' ', 'splat-report/', 'a/', '\ud800', '😀', 'GH-1', '\t']) {
  test(`a hostile report is written in time: ${JSON.stringify(unit)}`, () => {
    const text = unit.repeat(100_000 / unit.length);
    const frame = { path: text, function: text, source: text, in_app: true, pre_context: [text], post_context: [text] };
    const exceptions = [{ type: text, message: text, frames: [frame] }];
    const report = {
      schema: 'splat-report/1',
      runtime: 'javascript',
      time: '2026-11-21T07:00:00.123Z',
      exceptions,
      tags: { a: text },
    };
    const started = process.cpuUsage();
    const made = body(report);
    assert.ok(Buffer.byteLength(made) <= 60_000);
    assert.ok([...title(report)].length <= 120);
    markerOf(text + made);
    counted(text + made, { count: 1, first: report.time, last: report.time, release: text });
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 3_000_000, `${user + system} µs`);
    assert.ok(made.includes(canonical({ a: 1 }).slice(0, 1)));
  });
}
