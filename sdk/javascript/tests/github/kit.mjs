// A GitHub on this machine: npm's `emulate`, which keeps state, and in front of it a proxy that plays what it lacks of
// the real API and breaks what it is told to. What is played, and why: sdk/python/tests/github_kit/__init__.py.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

// What the environment says of proxies is for the tests of HTTP alone.
for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name];

const PROGRAM = fileURLToPath(new URL('../../../python/tests/github_kit/node_modules/.bin/emulate', import.meta.url));
/** Tokens of an account that owns the repositories, and of one that has no rights there. */
export const [BOT, STRANGER] = ['bot-token', 'stranger-token'];
const START_TIME = 120_000;

/** `who` is a person that no other emulator knows. */
function seedOf(who) {
  const logins = { [BOT]: 'splat-bot', [STRANGER]: 'stranger', [who]: who };
  const tokens = Object.entries(logins).map(([token, login]) => [token, { login, scopes: ['repo', 'user'] }]);
  return { tokens: Object.fromEntries(tokens), github: { users: Object.values(logins).map((login) => ({ login })) } };
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** One request; status, headers and text of the answer. */
async function asked(port, method, path, headers, body) {
  const request = http.request({ host: 'localhost', port, method, path, headers, agent: false });
  request.end(body);
  const [response] = await once(request, 'response');
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, text: Buffer.concat(chunks).toString() };
}

export class Emulator {
  /** It takes no port 0, and whoever else asks for a free one may get ours before it listens: then on another. */
  static async start() {
    assert.ok(existsSync(PROGRAM), `${PROGRAM} is missing: run scripts/setup-sdk-python`);
    for (let tries = 1; ; tries += 1) {
      const made = new Emulator(await freePort());
      if (await made.answers()) return made;
      const said = made.said;
      await made.stop();
      assert.ok(tries < 5, `emulate did not start: ${said}`);
    }
  }

  constructor(port) {
    this.port = port;
    this.who = `probe-${randomBytes(6).toString('hex')}`;
    this.folder = mkdtempSync(join(tmpdir(), 'splat-emulate-'));
    const seed = join(this.folder, 'seed.json');
    writeFileSync(seed, JSON.stringify(seedOf(this.who)));
    const log = openSync(join(this.folder, 'log'), 'w');
    const args = [PROGRAM, 'start', '--service', 'github', '--port', String(port), '--seed', seed];
    this.process = spawn(process.execPath, args, {
      cwd: this.folder,
      stdio: ['ignore', log, log],
      env: { ...process.env, PORT: '' },
    });
    closeSync(log);
    this.ended = once(this.process, 'exit');
  }

  get said() {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  /** Whether it does, and not somebody else's on this port. */
  async answers() {
    for (const until = performance.now() + START_TIME; performance.now() < until; await sleep(50)) {
      if (this.process.exitCode !== null) return false;
      const found = await this.call('GET', '/user', undefined, this.who).catch(() => undefined);
      if (found) return found.login === this.who;
    }
    return false;
  }

  async stop() {
    this.process.kill();
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }

  async call(method, path, data, token = BOT) {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const { status, text } = await asked(this.port, method, path, headers, data && JSON.stringify(data));
    assert.ok(status < 300, `${method} ${path}: ${status} ${text.slice(0, 300)}`);
    return text ? JSON.parse(text) : null;
  }

  async repository(isPrivate) {
    const name = `shop-${randomBytes(6).toString('hex')}`;
    await this.call('POST', '/user/repos', { name, private: isPrivate });
    return `splat-bot/${name}`;
  }
}

const LISTING = /^\/repos\/[^/]+\/[^/]+\/issues$/;
const ISSUE = /^\/repos\/([^/]+\/[^/]+)\/issues\/([0-9]+)$/;

export class Proxy {
  log = [];
  /**
   * `{ do, method, path, times, headers, data, late }`: `do` is a status, or `reset`, `hang`, `cut`; `headers` may be
   * what makes them when the request is there.
   */
  faults = [];
  lag = 0;
  /** Milliseconds that passed at once, on GitHub's clock. */
  ahead = 0;
  badTokens = new Set();
  installations = new Set();
  cannotLabel = new Set();
  canonical = new Map();
  duplicates = new Set();

  constructor(port) {
    this.upstream = port;
    this.server = http.createServer((request, response) => void this.serve(request, response));
  }

  async start() {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  requests(method, path) {
    return this.log.filter((each) => (!method || each.method === method) && path.test(each.path));
  }

  async serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { method, url, headers } = request;
    const [path] = url.split('?');
    const fault = this.faults.find((each) => this.strikes(each, method, path));
    if (fault) fault.struck = (fault.struck ?? 0) + 1;
    let answer = { status: 0, headers: {}, text: '' };
    if (!fault || fault.late || fault.do === 'cut') answer = await this.answer(method, url, headers, body);
    if (typeof fault?.do === 'number') answer = said(fault.do, fault.data ?? { message: 'played' }, fault.headers?.call?.() ?? fault.headers);
    this.log.push({
      method,
      path,
      url,
      headers,
      data: body ? JSON.parse(body) : null,
      status: answer.status,
      at: performance.now(),
    });
    if (fault?.do === 'reset') return request.socket.resetAndDestroy?.() ?? request.socket.destroy();
    if (fault?.do === 'hang') return undefined;
    const content = Buffer.from(answer.text);
    response.sendDate = false;
    response.writeHead(answer.status, {
      Date: new Date(Date.now() + this.ahead).toUTCString(),
      'Content-Type': 'application/json; charset=utf-8',
      ...(answer.status === 304 ? {} : { 'Content-Length': content.length }),
      ...answer.headers,
    });
    if (fault?.do !== 'cut') return response.end(answer.status === 304 ? undefined : content);
    response.write(content.subarray(0, content.length >> 1));
    return setTimeout(() => request.socket.destroy(), 50);
  }

  strikes(fault, method, path) {
    if ((fault.struck ?? 0) >= (fault.times ?? Infinity) || !(fault.path ?? /./).test(path)) return false;
    return !fault.method || fault.method === method;
  }

  async answer(method, target, headers, body) {
    const url = target.replace(/^\/api(?:\/v3)?\//, '/'); // as GitHub Enterprise Server has it
    const [path] = url.split('?');
    const token = (headers.authorization ?? '').split(' ').pop();
    if (this.badTokens.has(token)) return said(401, { message: 'Bad credentials' });
    if (path === '/user' && this.installations.has(token)) return said(403, { message: 'Resource not accessible' });
    const data = body ? JSON.parse(body) : null;
    if (path === '/graphql') return this.graphql(data.variables);
    if (data && this.cannotLabel.has(token)) delete data.labels;
    const exact = url.replace(/(since=[^&]{23})Z/, '$1.000Z');
    const kept = { authorization: headers.authorization, 'content-type': 'application/json' };
    const { status, text } = await asked(this.upstream, method, exact, kept, data && JSON.stringify(data));
    return this.played(method, path, data, status, text, headers);
  }

  played(method, path, data, status, text, headers) {
    const issue = ISSUE.exec(path);
    if (issue && method === 'PATCH' && status === 200 && data.state) {
      const key = `${issue[1]}#${issue[2]}`;
      if (data.state === 'closed' && data.state_reason === 'duplicate') this.duplicates.add(key);
      else this.duplicates.delete(key);
    }
    let made = text ? JSON.parse(text) : null;
    if (method === 'GET' && LISTING.test(path) && Array.isArray(made) && this.lag) {
      made = made.filter((each) => Date.now() - Date.parse(each.created_at) >= this.lag);
    }
    for (const each of [made].flat()) if (each) this.retouch(each);
    const content = JSON.stringify(made);
    if (method !== 'GET' || status !== 200) return { status, headers: {}, text: content };
    const tag = `"${createHash('sha256').update(content).digest('hex').slice(0, 32)}"`;
    const same = headers['if-none-match'] === tag;
    return { status: same ? 304 : 200, headers: { ETag: tag }, text: same ? '' : content };
  }

  retouch(entry) {
    for (const name of ['created_at', 'updated_at', 'closed_at']) {
      if (typeof entry[name] === 'string') entry[name] = entry[name].replace(/\.[0-9]+Z$/, 'Z');
    }
    const repo = String(entry.repository_url).split('/repos/')[1];
    if (entry.state === 'closed' && this.duplicates.has(`${repo}#${entry.number}`)) entry.state_reason = 'duplicate';
  }

  graphql({ owner, name, number }) {
    const target = this.canonical.get(number);
    const duplicateOf = target ? { number: target, repository: { nameWithOwner: `${owner}/${name}` } } : null;
    return said(200, { data: { repository: { issue: { duplicateOf } } } });
  }
}

function said(status, data, headers = {}) {
  return { status, headers, text: typeof data === 'string' ? data : JSON.stringify(data) };
}
