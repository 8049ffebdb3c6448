// Q: the vectors, and that nothing is ever lost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keeper, OVERFLOW } from '../../dist/cjs/suppress.js';
import { vectors } from './vectors.mjs';

/** Drives a keeper as a client and a worker do; what goes out as the vectors write it. */
class Sink {
  keeper = new Keeper();
  sent = [];

  feed(event) {
    const { at, what, every = 0 } = event;
    if (what === 'error') {
      for (let n = 0; n < (event.times ?? 1); n += 1) this.error(at + n * every, event.signature);
    } else if (what === 'errors') {
      for (let n = 0; n < event.count; n += 1) this.error(at + n * every, numbered(event.signatures, n));
    } else this.counts(at, what === 'tick' ? this.keeper.tick(at) : this.keeper.close());
  }

  error(at, signature) {
    const answer = this.keeper.error(signature, at, at);
    this.counts(at, answer.counts);
    if (answer.report) this.sent.push({ at, what: 'report', signature });
  }

  counts(at, counts) {
    for (const { signature, seen, first, last } of counts) {
      const which = signature === OVERFLOW ? { what: 'overflow' } : { what: 'count', signature };
      this.sent.push({ at, ...which, count: seen, first, last });
    }
  }

  get out() {
    return this.sent.reduce((sum, each) => sum + (each.count ?? 1), 0);
  }
}

function numbered(template, number) {
  return template.replace(/%0([0-9]+)x/, (_, width) => number.toString(16).padStart(Number(width), '0'));
}

vectors('suppression', 'vectors', (vector) => {
  const sink = new Sink();
  for (const event of vector.events) sink.feed(event);
  if (vector.expected) assert.deepEqual(sink.sent, vector.expected);
  else {
    assert.equal(sink.sent.length, vector.expected_length);
    assert.deepEqual(sink.sent.slice(-vector.expected_end.length), vector.expected_end);
  }
});

test('nothing is lost, whatever comes', () => {
  let random = 1;
  const below = (most) => (random = (random * 48_271) % 0x7fffffff) % most;
  for (let round = 0; round < 60; round += 1) {
    const sink = new Sink();
    let [now, came] = [0, 0];
    for (let step = 0; step < 25; step += 1) {
      now += [0, 1, 1_000, 59_999, 60_000, 3_600_000][below(6)];
      const what = below(3);
      const times = 1 + below(80);
      if (what === 0) sink.counts(now, sink.keeper.tick(now));
      else {
        for (let n = 0; n < times; n += 1)
          sink.error(now, (what === 1 ? 7 : below(2_000)).toString(16).padStart(16, '0'));
        came += times;
      }
      const pending = sink.keeper.waiting().reduce((sum, each) => sum + each.seen, 0);
      assert.equal(sink.out + pending, came);
    }
    sink.counts(now, sink.keeper.close());
    assert.equal(sink.out, came);
    assert.deepEqual(sink.keeper.waiting(), []);
  }
});
