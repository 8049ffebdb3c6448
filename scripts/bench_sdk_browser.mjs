// What a page loads: this SDK and Sentry's, bundled by esbuild, minified, compressed. Sentry's is taken from npm.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const sdk = join(dirname(dirname(fileURLToPath(import.meta.url))), 'sdk', 'javascript');
const { build } = createRequire(join(sdk, 'tests', 'browser', 'package.json'))('esbuild');
const SENTRY = (...integrations) => `
  import { BrowserClient, breadcrumbsIntegration, dedupeIntegration, defaultStackParser, getCurrentScope,
    globalHandlersIntegration, linkedErrorsIntegration, makeFetchTransport } from '@sentry/browser';
  const client = new BrowserClient({ dsn: 'https://a@example.org/1', transport: makeFetchTransport,
    stackParser: defaultStackParser, integrations: [${integrations.map((each) => `${each}Integration()`)}] });
  getCurrentScope().setClient(client);
  client.init();`;
const PAGES = {
  '@splat-heal/sdk': "import * as splat from '@splat-heal/sdk'; splat.init({ url: '/splat' });",
  'sentry, init()': "import * as sentry from '@sentry/browser'; sentry.init({ dsn: 'https://a@example.org/1' });",
  'sentry, by hand: errors, causes, breadcrumbs': SENTRY('globalHandlers', 'linkedErrors', 'breadcrumbs', 'dedupe'),
  'sentry, by hand: errors alone': SENTRY('globalHandlers'),
};

const folder = mkdtempSync(join(tmpdir(), 'splat-bench-'));
try {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', '@sentry/browser'], { cwd: folder });
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', '@sentry', 'browser', 'package.json'), 'utf8'));
  mkdirSync(join(folder, 'node_modules', '@splat-heal'));
  symlinkSync(sdk, join(folder, 'node_modules', '@splat-heal', 'sdk'));
  console.log(`@sentry/browser ${version}\n\n| a page loads | minified | compressed |\n| --- | ---: | ---: |`);
  for (const [name, text] of Object.entries(PAGES)) {
    const stdin = { contents: text, resolveDir: folder };
    const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: 'esm', target: 'es2020', write: false, logLevel: 'error' });
    const { contents } = outputFiles[0];
    console.log(`| ${name} | ${contents.length.toLocaleString('en')} | ${gzipSync(contents, { level: 9 }).length.toLocaleString('en')} |`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
