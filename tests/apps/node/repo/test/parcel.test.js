import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Parcel, quote } from '../src/parcel.js';

const order = { to: { name: 'Ada', city: 'London' }, lines: [{ grams: 300, count: 2 }] };

describe('parcel', () => {
  it('weighs its lines', () => {
    assert.equal(new Parcel(order).weight(), 600);
  });

  it('has a label', () => {
    assert.equal(new Parcel(order).label(), 'ADA, London');
  });
});

it('quotes', async () => {
  assert.deepEqual(await quote(async () => order, '1'), { label: 'ADA, London', cents: 550 });
});
