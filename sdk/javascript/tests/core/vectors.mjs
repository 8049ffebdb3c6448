// The vectors of sdk/vectors: cases and answers that every SDK shares. Their shape: sdk/vectors/schema.json.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const FOLDER = new URL('../../../vectors/', import.meta.url);

/** The vectors of one group, builders not yet expanded. */
export function load(area, group) {
  const made = JSON.parse(readFileSync(new URL(`${area}.json`, FOLDER), 'utf8'))[group];
  assert.ok(made.length > 0, `${area}/${group} is empty`);
  return made;
}

/** A test of its own for each vector of a group. */
export function vectors(area, group, check) {
  load(area, group).forEach((vector, number) => {
    test(`${area}/${group}: ${vector.name ?? number}`, () => check(vector));
  });
}

/** What a builder builds; every other value as it is. Lists and mappings are always new. */
export function expand(value, above = []) {
  if (Array.isArray(value)) {
    const made = [];
    for (const each of value) made.push(expand(each, [...above, made]));
    return made;
  }
  if (typeof value !== 'object' || value === null) return value;
  const builder = Object.keys(value).find((key) => key.startsWith('$'));
  if (builder) return BUILDERS[builder](value[builder], value, above);
  const made = {};
  for (const [key, each] of Object.entries(value)) {
    Object.defineProperty(made, key, {
      value: expand(each, [...above, made]),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return made;
}

const BUILDERS = {
  $join: (what) => what.map((part) => expand(part)).join(''),
  $repeat: (what, { count }) => what.repeat(count),
  $list: (what, { count }) => Array.from({ length: count }, () => expand(what)),
  $map: (what, { count }) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${String(at).padStart(5, '0')}`, expand(what)])),
  $nest: (what, { depth }) => {
    let made = expand(what);
    for (let left = depth; left > 0; left -= 1) made = [made];
    return made;
  },
  $cycle: (what, _value, above) => above[above.length - what],
};
