// K and X: the vectors, and the tables as SPEC.md prints them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MARK, Names, redactSource, redactText, redactValue } from '../../dist/cjs/redact/index.js';
import { TABLES } from '../../dist/cjs/redact/names.js';
import { SHAPES } from '../../dist/cjs/redact/shapes.js';
import { expand, vectors } from './vectors.mjs';

const SPEC = readFileSync(new URL('../../../SPEC.md', import.meta.url), 'utf8');

vectors('redaction', 'names', ({ key, expected }) => {
  assert.equal(new Names().strength(key), expected);
});

vectors('redaction', 'texts', (vector) => {
  const redact = vector.mode === 'source' ? redactSource : redactText;
  const redacted = redact(expand(vector.text), vector.extra_keys);
  assert.equal(redacted, expand(vector.expected));
  for (const secret of vector.secrets ?? []) assert.ok(!redacted.includes(secret), secret);
  assert.equal(redact(redacted, vector.extra_keys).includes(MARK), redacted.includes(MARK));
});

vectors('redaction', 'values', (vector) => {
  assert.deepEqual(redactValue(expand(vector.value), vector.extra_keys), expand(vector.expected));
});

test('the shapes are those of the rule', () => {
  const rows = [...SPEC.matchAll(/^ {2}\| ([a-z-]+) \| `(.+)` \|$/gm)];
  const begins = { 'B(': '(^|[^0-9A-Za-z])(', 'E(': '(^|[^0-9A-Za-z_-])(' };
  const wanted = rows.map(([, name, cell]) => {
    const pattern = cell.replaceAll('\\|', '|');
    const begin = begins[pattern.slice(0, 2)];
    return [name, begin ? begin + pattern.slice(2) : pattern];
  });
  assert.deepEqual(
    SHAPES.map(([name, , pattern]) => [name, pattern]),
    wanted,
  );
  assert.equal(wanted.length, 39);
});

const TABLE_RULE = SPEC.slice(SPEC.indexOf('- **K2 Tables.**'), SPEC.indexOf('- **K3 What'));

for (const [label, table] of [
  ['*sure*', 'SURE'],
  ['*likely*', 'LIKELY'],
  ['*about*', 'ABOUT'],
]) {
  test(`the names are those of the rule: ${label}`, () => {
    const listed = /^:((?:\s*`[a-z0-9 ]+`)+)/.exec(TABLE_RULE.slice(TABLE_RULE.indexOf(label) + label.length));
    const names = [...listed[1].matchAll(/`(.+?)`/g)].flatMap(([, names]) => names.split(' '));
    assert.deepEqual([...TABLES[table]].sort(), names.sort());
  });
}

test('the pairs are those of the rule', () => {
  const rule = TABLE_RULE.slice(TABLE_RULE.indexOf('pairs*:'), TABLE_RULE.indexOf('*likely*:'));
  const pairs = [...rule.matchAll(/`(.+?)`/g)].map(([, pair]) => pair);
  assert.deepEqual([...TABLES.SURE_PAIRS].sort(), pairs.sort());
});

test('users add, and never take away', () => {
  const names = new Names(['shoe size', 'userPIN', '', '12']);
  for (const name of ['shoeSize', 'my_shoe_size_eu', 'password']) assert.ok(names.tells(name), name);
  for (const name of ['shoe', 'horseshoeSize', 'author', 'keyboard', 'monkey']) assert.ok(!names.tells(name), name);
});

test('a text that is too long is cut first, and loses its end', () => {
  // The cut leaves so little of the token that it looks like none.
  const text = `${'x '.repeat(49_990)}ghp_1234567890${'a1b2c3d4e5'.repeat(5)}`;
  const redacted = redactText(text);
  assert.ok(text.slice(0, 100_000).endsWith(' ghp_1234567890a1b2c3'));
  assert.ok(!redacted.includes('ghp_'));
  assert.ok(redacted.endsWith('... [truncated]'));
  assert.equal(redacted.length, 100_000 - 512 + 15);
});

test('a name may stand eight spaces off', () => {
  assert.equal(redactText('password        =        hunter2'), `password        =        ${MARK}`);
  for (const text of ['password         = hunter2', 'password =         hunter2']) assert.equal(redactText(text), text);
});

const BEGINNINGS = `
  AKIA ASIA ABIA ACCA ABSK ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- gldt- glrt- glcbt- glptt- glft- glimt-
  gloas- glsoat- glagent- xoxa- xoxb- xoxc- xoxd- xoxe. xoxo- xoxp- xoxs- xapp-1- sk_live_ rk_test_
  sk_prod_ whsec_ AIza ya29. GOCSPX- sk- npm_ pypi- rubygems_ SK key- dop_v1_ doo_v1_ dor_v1_ shpat_ shpca_
  shppa_ shpss_ sq0atp- sq0csp- sq0idp- hf_ dapi hvs. hvb. hvr. sntrys_ sntryu_ NRAK- ATATT3 dckr_pat_
  bedrock-api-key- lin_api_ ntn_ AGE-SECRET-KEY-1 12345678:AA 1234567890:AA hooks.slack.com/services/
  hooks.slack.com/triggers/`;

for (const beginning of BEGINNINGS.trim().split(/\s+/)) {
  test(`a published beginning is seen: ${beginning}`, () => {
    const upper = ['AKIA', 'ASIA', 'ABIA', 'ACCA', 'NRAK-', 'AGE-SECRET-KEY-1'].includes(beginning);
    const token = beginning + (upper ? '0A' : '0a').repeat(21);
    const redacted = redactText(`said (${token}), then`);
    assert.ok(redacted.includes(MARK) && !redacted.includes(token), redacted);
    assert.equal(redactSource(`said (${token}), then`), redacted);
  });
}

test('lower case is that of A to Z', () => {
  assert.equal(redactText('password: to\u212aen'), `password: ${MARK}`); // the Kelvin sign: not the scheme "token"
});

test('objects of every kind', () => {
  class Cart {
    owner = 'ann';
    password = 'hunter2';
    get total() {
      throw new Error('never read');
    }
  }
  const getter = Object.defineProperty({}, 'secretOfAll', { enumerable: true, get: () => assert.fail('read') });
  const loop = { name: 'x' };
  loop.loop = loop;
  const given = [
    new Cart(),
    getter,
    new Map([
      ['token', 'abc'],
      [{}, 1],
    ]),
    new Set(['a']),
    Buffer.from('x'),
    new Date(0),
    /a/g,
    10n,
    Symbol('s'),
    () => 1,
    new TypeError('password=hunter2'),
    undefined,
    NaN,
    new String('apikey=k1'),
    loop,
    JSON.parse('{"__proto__": {"password": "x"}}'),
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no');
        },
      },
    ),
  ];
  assert.deepEqual(redactValue(given), [
    { owner: 'ann', password: MARK },
    { secretOfAll: MARK },
    { '[object Object]': 1, token: MARK },
    ['a'],
    'bytes(1)',
    '1970-01-01T00:00:00.000Z',
    '/a/g',
    '10n',
    'Symbol(s)',
    '[Function (anonymous)]',
    `TypeError: password=${MARK}`,
    null,
    'NaN',
    `apikey=${MARK}`,
    { loop: '[cycle]', name: 'x' },
    JSON.parse(`{"__proto__": {"password": "${MARK}"}}`),
    '[unprintable]',
  ]);
});
