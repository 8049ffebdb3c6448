// A reporter for mocha, any version: each test's id is "file > outer > name", one JSON object a line.
'use strict';
const fs = require('node:fs');
const path = require('node:path');

const root = process.env.SPLAT_TREE || process.cwd();
const results = path.join(process.env.SPLAT_RESULTS || '.', 'results.jsonl');
const write = (record) => fs.appendFileSync(results, JSON.stringify(record) + '\n');

function identity(test) {
  const names = [];
  let file = test.file;
  for (let at = test; at; at = at.parent) {
    if (at.title) names.unshift(at.title);
    file = file || at.file;
  }
  return [file ? path.relative(root, file) : '', ...names].filter(Boolean).join(' > ');
}

module.exports = function report(runner) {
  const trace = (error) => String((error && error.stack) || error).slice(-20000);
  runner.on('test', (test) => write({ start: identity(test) }));
  runner.on('pass', (test) => write({ id: identity(test), status: 'passed' }));
  runner.on('pending', (test) => write({ id: identity(test), status: 'skipped' }));
  runner.on('fail', (test, error) => {
    write({ id: identity(test), status: test.type === 'hook' ? 'error' : 'failed', trace: trace(error) });
    process.stdout.write(`${identity(test)}\n${trace(error)}\n`);
  });
  runner.on('end', () => write({ done: true }));
};
