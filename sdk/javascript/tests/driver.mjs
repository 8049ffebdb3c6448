// An app that is told what to do: one JSON object a line on stdin, one JSON line on stdout for each.
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import * as splat from '../dist/index.mjs';

const BUGS = [
  function bug0(text) { throw new Error(text); },
  function bug1(text) { throw new Error(text); },
  function bug2(text) { throw new Error(text); },
  function bug3(text) { throw new Error(text); },
  function bug4(text) { throw new Error(text); },
  function bug5(text) { throw new Error(text); },
  function bug6(text) { throw new Error(text); },
  function bug7(text) { throw new Error(text); },
  function bug8(text) { throw new Error(text); },
  function bug9(text) { throw new Error(text); },
  function bug10(text) { throw new Error(text); },
  function bug11(text) { throw new Error(text); },
  function bug12(text) { throw new Error(text); },
  function bug13(text) { throw new Error(text); },
  function bug14(text) { throw new Error(text); },
  function bug15(text) { throw new Error(text); },
  function bug16(text) { throw new Error(text); },
  function bug17(text) { throw new Error(text); },
  function bug18(text) { throw new Error(text); },
  function bug19(text) { throw new Error(text); },
  function bug20(text) { throw new Error(text); },
  function bug21(text) { throw new Error(text); },
  function bug22(text) { throw new Error(text); },
  function bug23(text) { throw new Error(text); },
  function bug24(text) { throw new Error(text); },
  function bug25(text) { throw new Error(text); },
  function bug26(text) { throw new Error(text); },
  function bug27(text) { throw new Error(text); },
  function bug28(text) { throw new Error(text); },
  function bug29(text) { throw new Error(text); },
];

const WORK = {
  init: ({ options }) => {
    splat.init(camel(options ?? {}));
    return { ok: true };
  },
  capture: ({ bug, message = '', times = 1 }) => {
    const ids = [];
    for (let count = 0; count < times; count += 1) {
      try {
        BUGS[bug](message);
      } catch (error) {
        const id = splat.captureException(error);
        if (ids.length < 10) ids.push(id);
      }
    }
    return { ids };
  },
  message: ({ text }) => ({ id: splat.captureMessage(text) }),
  breadcrumb: ({ message }) => {
    splat.addBreadcrumb(message);
    return { ok: true };
  },
  tag: ({ name, value }) => {
    splat.setTag(name, value);
    return { ok: true };
  },
  flush: async ({ seconds }) => ({ flushed: await splat.flush(seconds) }),
  close: async () => {
    await splat.close();
    return { ok: true };
  },
  sleep: async ({ seconds }) => {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return { ok: true };
  },
};

const END = {
  normal: () => undefined,
  exit: () => process.exit(3),
  uncaught: () => setImmediate(() => BUGS[0]('uncaught in main')),
  thread: () => void Promise.resolve().then(() => BUGS[0]('uncaught in a promise')),
  kill: () => process.kill(process.pid, 'SIGKILL'),
};

function camel(options) {
  const name = (each) => each.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(options).map(([key, value]) => [name(key), value]));
}

// One order after the other: the next line is not looked at before the answer to this one is written.
const lines = createInterface({ input: process.stdin, terminal: false });
const waiting = [];
let working = false;

async function work() {
  if (working) return;
  working = true;
  while (waiting.length > 0) {
    const order = JSON.parse(waiting.shift());
    if (order.do === 'end') {
      lines.close();
      process.stdin.destroy();
      END[order.how]();
      return;
    }
    const answer = await WORK[order.do](order);
    writeSync(1, `${JSON.stringify(answer)}\n`);
  }
  working = false;
}

lines.on('line', (line) => {
  if (!line.trim()) return;
  waiting.push(line);
  void work();
});
