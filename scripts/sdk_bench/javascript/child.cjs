'use strict';
// One measurement of one SDK in one process: child.cjs SDK TASK URL FOLDER MODULES. Prints one JSON object.
const [, , SDK, TASK, URL, FOLDER, MODULES] = process.argv;
const load = require('node:module').createRequire(`${MODULES}/package.json`);
const { start: startSdk, sleep } = require('./sdks.cjs');

const MEGABYTE = 1e6;
const start = () => startSdk(SDK, { url: URL, folder: FOLDER, toGitHub: TASK === 'burst' }, load);
/** Microseconds of CPU of all threads until now. */
const cpu = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};
const memory = () => process.memoryUsage.rss() / MEGABYTE;
const turn = () => new Promise((done) => setImmediate(done));
const median = (values) => [...values].sort((one, other) => one - other)[values.length >> 1];

function crash(number) {
  try {
    require(`${FOLDER}/app.js`).crash(number, 0);
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Fails in place `number`; the microseconds that capturing took. */
function caught(number, capture) {
  const error = crash(number);
  const began = process.hrtime.bigint();
  void capture(error);
  return Number(process.hrtime.bigint() - began) / 1000;
}

const twenty = (capture) => {
  for (let number = 0; number < 20; number += 1) void capture(crash(number));
};

const tasks = {
  start() {
    const [before, base, modules] = [cpu(), memory(), Object.keys(require.cache).length];
    start();
    return { ms: (cpu() - before) / 1000, mb: memory() - base, modules: Object.keys(require.cache).length - modules };
  },

  /** Fifty errors that were never seen before, and what all of the process took until they were delivered. */
  async new() {
    const { capture, flush } = start();
    caught(55, capture);
    await sleep(1);
    const us = [];
    let raising = 0;
    const before = cpu();
    for (let number = 0; number < 50; number += 1) {
      const began = process.hrtime.bigint();
      us.push(caught(number, capture));
      raising += Number(process.hrtime.bigint() - began) / 1000 - us[us.length - 1];
      await sleep(0.005);
    }
    await flush();
    return { us, total_us: (cpu() - before - raising) / 50 };
  },

  async again() {
    const { capture } = start();
    for (let count = 0; count < 20; count += 1) caught(0, capture);
    await sleep(1);
    const us = [];
    // These send each one.
    const most = ['rollbar', 'bugsnag'].includes(SDK) ? 300 : 3000;
    while (us.length < most) {
      us.push(caught(0, capture));
      if (us.length % 20 === 0) await turn();
    }
    return { us };
  },

  /** Ten seconds of one error at full speed; what reads sockets has its turn as in a server. */
  async burst() {
    const { capture } = start();
    // What sends is loaded with the first error, whatever comes after it.
    caught(0, capture);
    await sleep(1);
    const took = [];
    const began = Date.now();
    const base = memory();
    let [peak, offered] = [base, 0];
    while (Date.now() - began < 10_000) {
      const each = caught(0, capture);
      offered += 1;
      if (offered % 100 > 0) continue;
      if (took.length < 5000) took.push(each);
      peak = Math.max(peak, memory());
      await turn();
    }
    return { offered, us: median(took), mb: Math.max(peak, memory()) - base, ended: Date.now() / 1000 };
  },

  end: () => twenty(start().capture),
  exit() {
    twenty(start().capture);
    process.exit(0);
  },
  uncaught() {
    start();
    setImmediate(() => require(`${FOLDER}/app.js`).crash(0, 0));
    return sleep(0.2);
  },
  rejection() {
    start();
    void Promise.reject(crash(0));
    return sleep(0.2);
  },
  sigterm: () => signalled('SIGTERM'),
  sigkill: () => signalled('SIGKILL'),
  /** The next process of the same app, which fails in nothing. */
  next: () => start().flush(),

  /** A server, until standard input ends. */
  express() {
    const { before, behind } = start();
    const express = load('express');
    const app = express();
    before?.(app);
    app.get('/carts/:number', (request, response) => response.send('ok'));
    behind?.(app);
    const server = app.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
    server.keepAliveTimeout = 600_000; // others are asked meanwhile
    process.stdin.on('end', () => process.exit(0)).resume();
  },
};

async function signalled(name) {
  twenty(start().capture);
  await sleep(0.3);
  process.kill(process.pid, name);
  await sleep(5);
}

void (async () => {
  if (TASK === 'write') return require('./workload.cjs').write(FOLDER);
  const result = await tasks[TASK]();
  // Some SDKs answer what they sent with lines of their own.
  if (result) console.log(`\n${JSON.stringify(result)}`);
})();
