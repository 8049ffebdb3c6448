// Runs the tests (tests/**/*.test.mjs, or those named) on what is in dist/. `node --test <folder>` differs between
// versions of Node; a list of files does not.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const tests = join(dirname(dirname(fileURLToPath(import.meta.url))), 'tests');

function found(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? found(path) : path.endsWith('.test.mjs') ? [path] : [];
    })
    .sort();
}

const files = process.argv.length > 2 ? process.argv.slice(2) : found(tests);
// Most of them wait for something; Node 18 cannot be told.
const [major, minor] = process.versions.node.split('.').map(Number);
const together = major > 20 || (major === 20 && minor >= 10) ? ['--test-concurrency=4'] : [];
const run = spawnSync(process.execPath, ['--test', ...together, ...files], { stdio: 'inherit' });
process.exitCode = run.status ?? 1;
