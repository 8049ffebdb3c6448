// What a page has to load, and what must not be in it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { missing, source } from './kit.mjs';

test('a page loads 21 kB, and nothing that is a server’s', { skip: missing }, async (context) => {
  const { build } = await import('esbuild');
  const folder = source(context);
  const entry = join(folder, 'entry.js');
  writeFileSync(entry, "import * as splat from '@splat-heal/sdk';\nsplat.init({ url: '/splat' });\n");
  const { outputFiles, metafile } = await build({ entryPoints: [entry], bundle: true, minify: true, format: 'esm', target: 'es2020', write: false, metafile: true, logLevel: 'error' });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  assert.ok(size < 21_500, `${size} bytes`);
  const used = Object.entries(Object.values(metafile.outputs)[0].inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  for (const [name] of used) assert.doesNotMatch(name, /\/(node|http|integrations|transports|relay)\/|limits|shrink|issue|runtimes|reading/);
});
