// Pages, built as users build them, and Debian's Chromium to open them in.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const sdk = join(here, '..', '..');
const CHROMIUM = '/usr/bin/chromium';

/** Why nothing can be tried here; false when it can. */
export const missing = !existsSync(join(here, 'node_modules'))
  ? 'npm ci --prefix tests/browser'
  : existsSync(CHROMIUM)
    ? false
    : 'apt-get install chromium';

/** A folder with the page's source and what it imports; gone after the test. */
export function source(context) {
  const folder = mkdtempSync(join(tmpdir(), 'splat-page-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(here, 'page'), folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules', '@splat-heal'), { recursive: true });
  symlinkSync(sdk, join(folder, 'node_modules', '@splat-heal', 'sdk'));
  for (const each of readdirSync(join(here, 'node_modules'))) {
    if (!each.startsWith('.') && !each.startsWith('@')) symlinkSync(join(here, 'node_modules', each), join(folder, 'node_modules', each));
  }
  return folder;
}

export async function withEsbuild(folder) {
  const { build } = await import('esbuild');
  const out = join(folder, 'by-esbuild');
  await build({ entryPoints: [join(folder, 'main.js')], bundle: true, minify: true, format: 'esm', outdir: out, logLevel: 'error' });
  cpSync(join(folder, 'index.html'), join(out, 'index.html'));
  return out;
}

export async function withVite(folder) {
  const { build } = await import('vite');
  const out = join(folder, 'by-vite');
  await build({ root: folder, configFile: false, logLevel: 'error', build: { outDir: out } });
  return out;
}

export async function chromium(context) {
  const { chromium: launcher } = await import('playwright-core');
  const browser = await launcher.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'], timeout: 180_000 });
  context?.after(() => browser.close());
  return browser;
}
