// F2, F4: the vectors, the table as SPEC.md prints it, bounds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Frames } from '../../dist/cjs/frames/index.js';
import { GO_STANDARD, LOOKS } from '../../dist/cjs/frames/runtimes.js';
import { vectors } from './vectors.mjs';

vectors('frames', 'frames', (vector) => {
  const frames = new Frames(vector.root, vector.include, vector.libraries, LOOKS[vector.runtime]);
  assert.equal(frames.inApp(vector.path), vector.in_app);
  assert.equal(frames.inApp(vector.path), vector.in_app, 'the second answer is another');
  assert.equal(frames.path(vector.path), vector.expected);
});

const SPEC = readFileSync(new URL('../../../SPEC.md', import.meta.url), 'utf8');
const listed = (cell) => [...cell.matchAll(/`(.+?)`(?= |$)/g)].map(([, each]) => each.replaceAll('\\|', '|'));

for (const runtime of Object.keys(LOOKS)) {
  test(`the table is that of the rule: ${runtime}`, () => {
    const [, starts, patterns] = new RegExp(`^ {2}\\| \`${runtime}\` \\| (.+?) \\| (.+) \\|$`, 'm').exec(SPEC);
    assert.deepEqual([LOOKS[runtime].starts, LOOKS[runtime].patterns], [listed(starts), listed(patterns)]);
  });
}

test("Go's standard packages are those of the rule", () => {
  const [, names] = /Go's standard packages: ([^.]+)\./.exec(SPEC);
  assert.deepEqual([...GO_STANDARD].sort(), names.replaceAll('`', '').trim().split(/\s+/).sort());
});

test('this very process: its own files, what is installed, what is built in', () => {
  const frames = new Frames(process.cwd());
  const file = new URL(import.meta.url);
  assert.ok(frames.inApp(file.pathname) && frames.inApp(file.href));
  for (const foreign of [
    'node:internal/process/task_queues',
    'node:events',
    '/app/node_modules/express/lib/router.js',
    '<anonymous>',
  ]) {
    assert.ok(!frames.inApp(foreign), foreign);
  }
});

for (const unit of [
  '/',
  'a/',
  '-go-1',
  '/x-go-1',
  '/python3',
  '/gems/a-1',
  'a ',
  '\\',
  '..\\',
  '://',
  '\ud800',
  '@',
  'webpack/',
]) {
  test(`a hostile path takes no time: ${JSON.stringify(unit)}`, () => {
    const path = unit.repeat(100_000 / unit.length);
    const started = process.cpuUsage();
    for (const runtime of Object.keys(LOOKS)) {
      const frames = new Frames('/app', ['/opt'], ['/usr'], LOOKS[runtime]);
      frames.inApp(path);
      frames.path(path);
    }
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 2_000_000, `${user + system} µs`);
  });
}
