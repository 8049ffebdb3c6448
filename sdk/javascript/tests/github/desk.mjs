// A repository, and processes that report to it, each in place of one app.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { GitHub } from '../../dist/cjs/transports/github.js';
import { BOT, Emulator, Proxy } from './kit.mjs';

export { until } from '../frameworks/kit.mjs';

export const [SIGNATURE, OTHER] = ['17310dbb56def269', '2222222222222222'];

export function item({ signature = SIGNATURE, at = Date.now(), release = 'r1', ...given } = {}) {
  const frame = { path: 'shop/cart.js', line: 42, function: 'total', in_app: true, locals: { item: 'object(2)' } };
  const report = {
    schema: 'splat-report/1',
    id: randomBytes(16).toString('hex'),
    time: new Date(at).toISOString(),
    runtime: 'javascript',
    signature,
    release,
    exceptions: [{ type: 'TypeError', message: 'no price', frames: [frame] }],
    logs: [{ message: 'a line of the log', level: 'info', logger: 'shop' }],
    breadcrumbs: [{ message: 'a breadcrumb', category: 'ui' }],
    request: { method: 'GET', path: '/carts/7' },
    ...given,
  };
  return { id: report.id, time: at, report };
}

export function count(seen, { signature = SIGNATURE, at = Date.now(), release = 'r1' } = {}) {
  return { id: randomBytes(16).toString('hex'), time: at, count: { signature, seen, first: at, last: at, release } };
}

const OPTIONS = {
  token: BOT,
  labels: [],
  triggerLabel: 'auto-fix',
  reporters: [],
  publicLogs: false,
  publicRequest: false,
  publicLocals: false,
};

export class Desk {
  warnings = [];

  constructor(emulator, proxy, repo, folder) {
    Object.assign(this, { emulator, proxy, repo, folder, spool: join(folder, 'spool') });
  }

  process(options = {}, spool = this.spool, jitter = 0) {
    const given = { ...OPTIONS, repo: this.repo, apiUrl: this.proxy.url, ...options };
    return new GitHub(given, spool, (text) => this.warnings.push(text), jitter);
  }

  /** What became of each, sent by a process that is new. */
  send(...items) {
    return this.process().send(items);
  }

  async issues() {
    const found = await this.emulator.call('GET', `/repos/${this.repo}/issues?state=all&per_page=100`);
    return found.sort((one, other) => one.number - other.number);
  }

  async only() {
    const found = await this.issues();
    assert.equal(found.length, 1);
    return found[0];
  }

  /** An issue as an earlier process made it long ago, with its trigger label; its number. */
  async made(given) {
    assert.deepEqual(await this.send(item(given)), ['delivered']);
    this.longAfter();
    this.proxy.log = [];
    return Math.max(...(await this.issues()).map((each) => each.number));
  }

  /** As a person closes it, through the proxy, which plays the reason `duplicate`. */
  async close(number, reason) {
    const headers = { Authorization: `Bearer ${BOT}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ state: 'closed', state_reason: reason });
    const answer = await fetch(`${this.proxy.url}/repos/${this.repo}/issues/${number}`, {
      method: 'PATCH',
      headers,
      body,
    });
    assert.equal(answer.status, 200);
    this.proxy.log = [];
  }

  edit(number, fields) {
    return this.emulator.call('PATCH', `/repos/${this.repo}/issues/${number}`, fields);
  }

  /** Files an issue as a person (or another program) would. */
  async open(title, body, token = BOT) {
    return (await this.emulator.call('POST', `/repos/${this.repo}/issues`, { title, body, labels: ['splat'] }, token))
      .number;
  }

  async labels(number) {
    return (await this.emulator.call('GET', `/repos/${this.repo}/issues/${number}`)).labels.map((each) => each.name);
  }

  async comments(number) {
    return (await this.emulator.call('GET', `/repos/${this.repo}/issues/${number}/comments`)).map((each) => each.body);
  }

  /** How often GitHub would have started a workflow for this label. */
  async labelled(label) {
    let times = 0;
    for (const { number } of await this.issues()) {
      const events = await this.emulator.call('GET', `/repos/${this.repo}/issues/${number}/events?per_page=100`);
      times += events.filter((each) => each.event === 'labeled' && each.label.name === label).length;
    }
    return times;
  }

  longAfter(time = 600_000) {
    this.proxy.ahead += time;
  }

  /** Method and end of the path of each request so far. */
  asked() {
    return this.proxy.log.map(({ method, path }) => `${method} ${path.replace(`/repos/${this.repo}`, '') || '/'}`);
  }
}

/** So many turns of the event loop that all who run in this process have read what had arrived for them, and acted. */
export async function turns() {
  for (let number = 0; number < 12; number += 1) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** Several at once: what they mostly do is wait. */
const CONCURRENCY = 6;

/** Tests with one emulator a file, a proxy, a repository and a spool each. */
export function desks(name, define) {
  describe(name, { concurrency: CONCURRENCY }, () => define(kinds()));
}

function kinds() {
  let emulator;
  before(async () => (emulator = await Emulator.start()));
  after(() => emulator?.stop());

  function run(name, work, isPrivate) {
    test(name, { timeout: 180_000 }, async () => {
      const proxy = await new Proxy(emulator.port).start();
      const folder = mkdtempSync(join(tmpdir(), 'splat-desk-'));
      try {
        await work(new Desk(emulator, proxy, await emulator.repository(isPrivate), folder));
      } finally {
        await proxy.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
  return {
    desk: (name, work) => run(name, work, true),
    publicDesk: (name, work) => run(name, work, false),
  };
}
