import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { folderFor } from './kit.mjs';

const require = createRequire(import.meta.url);
const { read } = require('../../dist/cjs/options.js');
const { surroundings } = require('../../dist/cjs/node/surroundings.js');
const { releaseOf } = require('../../dist/cjs/node/release.js');
const { state } = require('../../dist/cjs/state.js');
const { TRANSPORTS, closest } = require('../../dist/cjs/reading.js');

let said = [];
beforeEach(() => {
  said = [];
  state.said.clear();
  state.platform = { ...state.platform, say: (line) => said.push(line) };
});

function readIn(given, environ = {}, root = '/nowhere') {
  return read({ root, ...given }, { ...surroundings, environ, release: () => '', deploy: () => '' });
}

test('defaults', () => {
  const options = readIn({ repo: 'owner/name', token: 'ghp_x' });
  assert.deepEqual(said, []);
  assert.equal(options.transport, 'github');
  assert.equal(options.environment, 'production');
  assert.equal(options.triggerLabel, 'auto-fix');
  assert.equal(options.folder, '/nowhere/splat-reports');
  assert.deepEqual(options.integrations, ['uncaught', 'rejections', 'console']);
  assert.throws(() => {
    options.repo = 'other/name';
  }, TypeError);
});

test('an argument, then package.json, then a variable', (context) => {
  const folder = folderFor(context);
  const splat = { repo: 'file/file', environment: 'file', 'sample-rate': 0.5, folder: 'here', service: 'file' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ splat }));
  mkdirSync(join(folder, 'deep'));
  const environ = { SPLAT_REPO: 'env/env', SPLAT_TOKEN: ' ghp_env ', SPLAT_SERVICE: 'env', SPLAT_PUBLIC_LOGS: 'yes', SPLAT_LABELS: 'a, b,,a' };
  const options = readIn({ repo: 'given/given', environment: null }, environ, join(folder, 'deep'));
  assert.deepEqual(said, []);
  const { repo, token, environment, sampleRate, service, publicLogs, labels } = options;
  assert.deepEqual(
    { repo, token, environment, sampleRate, service, publicLogs, labels },
    { repo: 'given/given', token: 'ghp_env', environment: 'file', sampleRate: 0.5, service: 'file', publicLogs: true, labels: ['a', 'b'] },
  );
  assert.equal(options.folder, join(folder, 'here'));
});

test('what is wrong warns once, and the default is used', () => {
  const wrong = {
    repo: 'no slash', token: 'two words', apiUrl: 'http://example.org', sampleRate: 'often', labels: { a: 1 }, reporters: 'x',
    transport: 'githib', integrations: ['uncought'], shutdownTimeout: 61, ignore: [{}], beforeSend: 'x', deployTime: 'soon',
    triggerLabel: 'Splat', durable: 'perhaps', folder: '\0', nosuch: 1, releese: '1', environment: 'two\nlines', redact: [1],
  };
  const options = readIn(wrong);
  assert.equal(said.length, Object.keys(wrong).length + 1);
  for (const name of Object.keys(wrong)) assert.ok(said.some((line) => line.includes(name)), name);
  assert.ok(said.some((line) => line.includes('did you mean github?')));
  assert.ok(said.some((line) => line.includes('did you mean release?')));
  assert.equal(options.transport, 'none');
  assert.equal(options.sampleRate, 1);
  readIn(wrong);
  assert.equal(said.length, Object.keys(wrong).length + 1);
});

test('a token is never shown', () => {
  const secret = `ghp_${'a1B2'.repeat(9)}`;
  readIn({ repo: secret, environment: `${secret}\n`, transport: secret, [secret]: 1, labels: secret.repeat(3) }, { SPLAT_TOKEN: `${secret} x` });
  assert.ok(said.length >= 5);
  assert.ok(!said.join('\n').includes(secret.slice(0, 20)), said.join('\n'));
});

test('strange arguments', () => {
  const thrower = { get repo() { throw new Error('x'); } };
  for (const given of ['text', 7, [], true]) read(given, surroundings);
  assert.throws(() => read(thrower, surroundings)); // init says so
});

test('repositories', () => {
  for (const told of ['a/b', 'https://github.com/a/b', 'https://u:ghp_x@github.com/a/b.git', 'git@github.com:a/b.git', 'ssh://git@github.com/a/b/']) {
    assert.equal(readIn({ repo: told, token: 'x' }).repo, 'a/b', told);
  }
  for (const told of ['a', 'a/b/c', 'a/..', '/', 'a b/c', '']) assert.equal(readIn({ repo: told, token: 'x' }).repo, '');
});

test('paths may be URLs, and `~`', () => {
  const options = readIn({ root: pathToFileURL('/app/'), include: ['../lib', new URL('file:///other')], spoolDir: '~/s', url: 'http://h/x/' });
  assert.equal(options.root.replace(/\/$/, ''), '/app');
  assert.deepEqual(options.include, ['/lib', '/other']);
  assert.match(options.spoolDir, /^\/.+\/s$/);
  assert.equal(options.transport, 'http');
  assert.equal(options.url, 'http://h/x');
});

test('a project file that cannot be used', (context) => {
  const folder = folderFor(context);
  for (const text of ['{"splat": 1}', '{"splat": [', '[]', '"splat"', 'null', '{"splat": {"before_send": "x", "token": "ghp_x"}}']) {
    writeFileSync(join(folder, 'package.json'), text);
    readIn({}, {}, folder);
  }
  assert.ok(said.some((line) => line.includes('SPLAT_TOKEN')));
});

test('variables that are not ours', () => {
  readIn({ url: 'http://h' }, { SPLAT_LIMITS_X: '1', SPLAT_GAME: 'on', SPLAT_REPOO: 'a/b', SPLAT_ENABLED: '' });
  assert.equal(said.length, 1);
  assert.match(said[0], /SPLAT_REPO\b/);
});

test('closest', () => {
  assert.equal(closest('enviroment', ['environment', 'enabled']), 'environment');
  assert.equal(closest('xyz', TRANSPORTS), '');
  assert.equal(closest('', TRANSPORTS), '');
});

test('the release of a checkout', (context) => {
  const folder = folderFor(context);
  const commit = 'abcdef0123456789abcdef0123456789abcdef01';
  const git = join(folder, '.git');
  mkdirSync(join(git, 'refs', 'heads'), { recursive: true });
  assert.equal(releaseOf({}, folder), '');
  writeFileSync(join(git, 'HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(git, 'packed-refs'), `# pack-refs\n${commit} refs/heads/main\n`);
  assert.equal(releaseOf({}, folder), commit);
  writeFileSync(join(git, 'refs', 'heads', 'main'), `${commit.replace('abc', 'fff')}\n`);
  assert.equal(releaseOf({}, folder), commit.replace('abc', 'fff'));
  assert.equal(releaseOf({ GITHUB_SHA: 'ABCDEF1' }, folder), 'abcdef1');
  writeFileSync(join(git, 'HEAD'), 'ref: ../../etc/passwd\n');
  assert.equal(releaseOf({ GITHUB_SHA: 'main' }, folder), '');
});
