// Runs the tests (tests/**/*.test.mjs, or those named) on what is in dist/. `node --test <folder>` differs between
// versions of Node; a list of files does not.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const tests = join(dirname(here), 'tests');

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
// Most of them wait for something; what hangs is to fail some time. Node 18 cannot be told.
const [major, minor] = process.versions.node.split('.').map(Number);
const together = major > 20 || (major === 20 && minor >= 11) ? ['--test-concurrency=4', '--test-timeout=900000'] : [];
const reporter = `--test-reporter=${pathToFileURL(join(here, 'failures.mjs'))}`;
const run = spawnSync(process.execPath, ['--test', reporter, ...together, ...files], { stdio: 'inherit' });
process.exitCode = run.status ?? 1;
