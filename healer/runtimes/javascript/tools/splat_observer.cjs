/*
 * Writes down every exception thrown on the main thread of a Node process, caught or not.
 *
 * A worker thread attaches V8's own debugger to the main thread and is told of each throw with its call frames, before
 * any code of the program sees the exception; text that a program prints is never looked at. Loaded through
 * NODE_OPTIONS, so children of the test runner are watched too. What runs in worker threads is not seen.
 *
 * A built file's frames are given as the source says that they came from, by the map that the compiler wrote beside it:
 * of that name, for a source of the same name, so that no comment in a test can pass it off as the code under test.
 *
 * A test that is out to deceive could append to the result file, or compile code under another file's name: both need
 * file writing or eval, which the patch rules lay before a person. A throwing double shows in the frames.
 */
'use strict';
const { Worker, isMainThread } = require('node:worker_threads');
const path = require('node:path');

// The process of `node --test` itself runs no tests, and aborts when a debugger attaches.
if (isMainThread && process.env.SPLAT_RESULTS && !process.execArgv.includes('--test')) {
  const log = path.join(process.env.SPLAT_RESULTS, 'raised.jsonl');
  const root = path.join(process.env.SPLAT_TREE || process.cwd(), path.sep);
  const state = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(watcher(), { eval: true, workerData: { log, root, state }, env: {}, execArgv: [] });
  worker.on('error', () => {});
  worker.unref();
  // The debugger's orders are carried out on this thread, so it must first sleep, then run, until they are.
  Atomics.wait(state, 0, 0, 5000);
  const turn = () => state[1];
  for (const until = Date.now() + 3000; turn() === 0 && Date.now() < until; );
}

function watcher() {
  return `
    const { workerData } = require('node:worker_threads');
    const { Session } = require('node:inspector');
    const { appendFileSync, existsSync, readFileSync, statSync } = require('node:fs');
    const { SourceMap } = require('node:module');
    const path = require('node:path');
    const { fileURLToPath } = require('node:url');
    const session = new Session();
    session.connectToMainThread();
    let pauses = 20000, left = 500;
    const ours = (row) => row[0].startsWith(workerData.root) && !row[0].includes('/node_modules/');
    const urls = new Map();
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
    const place = (url) => { try { return url.startsWith('file:') ? fileURLToPath(url) : url; } catch { return url; } };
    const maps = new Map();
    const stem = (file) => path.basename(file).replace(/\\.[cm]?[jt]sx?$/, '');
    function mapOf(file) {
      if (!maps.has(file)) {
        let map = null;
        try {
          const beside = file + '.map';
          const built = file.startsWith(workerData.root) && !file.includes('/node_modules/') && /\\.[cm]?js$/.test(file);
          if (built && existsSync(beside) && statSync(beside).size < 16000000) map = new SourceMap(JSON.parse(readFileSync(beside, 'utf8')));
        } catch {}
        maps.set(file, map);
      }
      return maps.get(file);
    }
    function source(file, line, column) {
      try {
        const entry = mapOf(file)?.findEntry(line, column);
        const from = entry?.originalSource && path.resolve(path.dirname(file), entry.originalSource.replace(/^file:\\/\\//, ''));
        if (from && from.startsWith(workerData.root) && stem(from) === stem(file) && existsSync(from)) return [from, entry.originalLine + 1];
      } catch {}
      return [file, line + 1];
    }
    const rows = (frames) => frames.slice(0, 60).reverse().map((frame) => {
      const { scriptId, lineNumber, columnNumber } = frame.location;
      return [...source(place(urls.get(scriptId) || frame.url || ''), lineNumber, columnNumber), frame.functionName];
    });
    function note(thrown, callFrames) {
      const frames = rows(callFrames);
      // Test runners throw for a living; only what passes through the tree's own files counts.
      if (!frames.some(ours) || --left < 0) return;
      const text = String(thrown.description ?? thrown.value ?? '');
      const first = text.split('\\n    at ')[0].slice(0, 1000);
      const named = /^(?:Uncaught )?([\\w$.]{1,100})(?: \\[[^\\]]{1,100}\\])?(?::|$)/.exec(first);
      const types = [thrown.className, named && named[1]].filter(Boolean);
      const message = first.replace(/^[^:]{0,200}: /, '');
      appendFileSync(workerData.log, JSON.stringify({ types, message, frames }) + '\\n');
    }
    session.on('Debugger.paused', ({ params }) => {
      try {
        if (params.reason === 'exception' || params.reason === 'promiseRejection') note(params.data || {}, params.callFrames);
        if (--pauses <= 0 || left <= 0) session.post('Debugger.setPauseOnExceptions', { state: 'none' });
      } catch {} finally {
        session.post('Debugger.resume');
      }
    });
    session.post('Debugger.enable');
    session.post('Debugger.setPauseOnExceptions', { state: 'all' }, () => Atomics.store(workerData.state, 1, 1));
    Atomics.store(workerData.state, 0, 1);
    Atomics.notify(workerData.state, 0);
    setInterval(() => {}, 60000);
  `;
}
