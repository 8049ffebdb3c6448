// Builds dist/: CommonJS for Node with a thin ESM wrapper around it (one state, however it is loaded), and real ES
// modules for browsers, compiled without Node's types so that nothing of Node's gets in.
// For Node all is bundled into one file: 76 files take three times as long to load, and what a process needs when it
// fails is in memory then, whatever a deploy has done to the files. The single files are for tests, and are not published.
// It is made beside and put in place at the end: what runs from dist/ meanwhile keeps running.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);
const compiler = require.resolve('typescript/bin/tsc');
const made = join(home, `.build-${process.pid}`);

function compile(project, folder) {
  const run = spawnSync(process.execPath, [compiler, '-p', join(home, project), '--outDir', join(made, folder)], {
    stdio: 'inherit',
  });
  if (run.status !== 0) process.exitCode = 1;
}

/** `entry` with all that it requires in one file, in a folder where our code is told from the app's as before. */
async function bundle(entry, name) {
  const cjs = join(made, 'cjs');
  await build({
    entryPoints: [join(cjs, entry)],
    outfile: join(cjs, 'node', name),
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node18',
    logLevel: 'warning',
  });
}

/** The wrapper names each export: ESM cannot ask CommonJS for them when it links. */
function wrap() {
  const names = Object.keys(require(join(made, 'cjs', 'index.js'))).filter((name) => name !== 'default');
  const lines = names.map((name) => `export const ${name} = splat.${name};`);
  writeFileSync(
    join(made, 'index.mjs'),
    ["import splat from './cjs/index.js';", ...lines, 'export default splat;', ''].join('\n'),
  );
  writeFileSync(
    join(made, 'index.d.mts'),
    "import * as splat from './cjs/index.js';\nexport * from './cjs/index.js';\nexport default splat;\n",
  );
}

function put(target) {
  const old = `${made}-old`;
  if (existsSync(target)) renameSync(target, old);
  renameSync(made, target);
  rmSync(old, { recursive: true, force: true });
}

try {
  mkdirSync(join(made, 'cjs'), { recursive: true });
  mkdirSync(join(made, 'esm'));
  writeFileSync(join(made, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(join(made, 'esm', 'package.json'), '{ "type": "module", "sideEffects": false }\n');
  compile('tsconfig.json', 'cjs');
  compile('tsconfig.browser.json', 'esm');
  await bundle('index.js', 'whole.js');
  await bundle('node/deliver.js', 'deliver.js');
  writeFileSync(join(made, 'cjs', 'index.js'), "'use strict';\nmodule.exports = require('./node/whole.js');\n");
  wrap();
  put(join(home, 'dist'));
} finally {
  rmSync(made, { recursive: true, force: true });
}
