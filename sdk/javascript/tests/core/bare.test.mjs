// The pure rooms need nothing but the language: they run where there is no Node, and give the same answers there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { load, expand } from './vectors.mjs';

const DIST = fileURLToPath(new URL('../../dist/cjs/', import.meta.url));
const require = createRequire(import.meta.url);
const ROOMS = {
  'signature/index.js': 'signature',
  'frames/index.js': 'Frames',
  'redact/index.js': 'redactReport',
  'limits.js': 'limitReport',
  'canonical.js': 'canonical',
  'conform.js': 'readBack',
  'issue.js': 'body',
  'block.js': 'counted',
  'suppress.js': 'Keeper',
  'decide.js': 'decide',
};

/** Loads CommonJS files into a realm that has no global but the language's own. */
function bare() {
  const context = vm.createContext(Object.create(null));
  const loaded = new Map();
  const sources = [];
  function loadFile(path) {
    if (loaded.has(path)) return loaded.get(path).exports;
    const source = readFileSync(path, 'utf8');
    sources.push([path, source]);
    const module = { exports: {} };
    loaded.set(path, module);
    const from = (name) => {
      assert.match(name, /^\.\.?\//, `${path} loads ${name}`);
      return loadFile(join(dirname(path), name));
    };
    vm.runInContext(`(function (exports, require, module) {${source}\n})`, context)(module.exports, from, module);
    return module.exports;
  }
  return { rooms: Object.fromEntries(Object.keys(ROOMS).map((room) => [room, loadFile(join(DIST, room))])), sources };
}

test('the pure rooms load without Node, and each is there', () => {
  const { rooms } = bare();
  for (const [room, name] of Object.entries(ROOMS)) assert.equal(typeof rooms[room][name], 'function', room);
});

test('no pattern looks behind: some browsers cannot', () => {
  for (const [path, source] of bare().sources) assert.doesNotMatch(source, /\(\?<[=!]/, path);
});

test('they answer there as they do here', () => {
  const { rooms } = bare();
  const here = Object.fromEntries(Object.keys(ROOMS).map((room) => [room, require(join(DIST, room))]));
  for (const { report } of load('issue', 'bodies').slice(0, 12)) {
    const answers = [here, rooms].map((each) => {
      const safe = each['limits.js'].limitReport(each['redact/index.js'].redactReport(expand(report), ['cart']));
      const text = each['canonical.js'].canonical(safe);
      const { signature } = each['signature/index.js'];
      const name = signature('javascript', '/app', safe.exceptions);
      return [text, name, each['issue.js'].title(safe), each['issue.js'].body(each['conform.js'].readBack(text))];
    });
    assert.deepEqual(answers[1], answers[0]);
  }
});

test('values of any kind are told apart there too', () => {
  const { rooms } = bare();
  const made = rooms['redact/index.js'].redactValue([new Map([['password', 'x']]), { a: 1n }, Symbol('s'), () => 1]);
  assert.deepEqual(JSON.parse(JSON.stringify(made)), [
    { password: '[REDACTED]' },
    { a: '1n' },
    'Symbol(s)',
    '[Function (anonymous)]',
  ]);
});
