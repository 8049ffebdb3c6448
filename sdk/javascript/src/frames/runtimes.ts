/** F4: how the files of a runtime and of what is installed for it look. */
import type { Runtime } from '../values.js';

export interface Look {
  /** A path that begins so is not the app's. */
  readonly starts: readonly string[];
  /** Nor is one in which one of these matches. */
  readonly patterns: readonly string[];
}

const raw = String.raw;

export const LOOKS: Readonly<Record<Runtime, Look>> = {
  python: {
    starts: ['<'],
    patterns: [
      '/(site|dist)-packages/',
      '(^|/)lib(64)?/(python|pypy)[0-9]',
      '/python[0-9][0-9a-z_.-]*/lib/',
      raw`/python[0-9]+\.zip/`,
      raw`\.egg/`,
      raw`(^|/)\.?v?env/(bin|scripts|lib)/`,
      '^/usr/(local/)?s?bin/',
      raw`(^|/)\.(tox|nox)/`,
    ],
  },
  javascript: {
    starts: [
      'node:',
      'internal/',
      '<',
      '[',
      'evalmachine.',
      'wasm:',
      'deno:',
      'ext:',
      'jsr:',
      'npm:',
      'native ',
      'webpack/',
      '(webpack)',
      'webpack-internal:///(webpack)',
      'bootstrap:',
      'extensions::',
      'index ',
      'chrome-extension:',
      'moz-extension:',
      'safari-extension:',
      'safari-web-extension:',
      'debugger:',
    ],
    patterns: [
      '(^|/)node_modules/',
      '(^|/)~/',
      raw`(^|/)\.yarn/`,
      '(^|/)webpack/(bootstrap|runtime/)',
      '://webpack/',
      raw`//(deno\.land|esm\.sh|esm\.run|unpkg\.com|cdn\.jsdelivr\.net|cdnjs\.cloudflare\.com|js\.stripe\.com)/`,
      raw`//(www\.googletagmanager\.com|www\.google-analytics\.com|ajax\.googleapis\.com)/`,
    ],
  },
  go: { starts: ['<', '_cgo_', '_testmain.go', 'external/'], patterns: ['/pkg/mod/', '(^|/)vendor/', '@v'] },
  ruby: {
    starts: ['<', '('],
    patterns: [
      '/gems/[^/]{1,200}-[0-9][^/]{0,100}/',
      '/bundler/gems/',
      '(^|/)lib(64)?/ruby/',
      '(^|/)lib(64)?/(jruby|truffleruby)/',
      '/rubygems-integration/',
      raw`/\.(rbenv|rvm|asdf)/`,
      '(^|/)vendor/(bundle|cache|ruby)/',
      '^/usr/(local/)?bin/',
      raw`^[0-9A-Za-z_-]{1,100} \([0-9][0-9A-Za-z_.]{0,40}\) `,
    ],
  },
  php: {
    starts: ['['],
    patterns: [
      '(^|/)vendor/',
      '^phar://',
      '^/usr/(local/)?(share|lib)/(php|pear)',
      '/var/cache/(prod|dev|test)',
      '/storage/framework/(views|cache)/',
      '/wp-(includes|admin)/',
    ],
  },
};

/** Packages that come with Go. */
export const GO_STANDARD: ReadonlySet<string> = new Set(
  (
    'archive bufio bytes cmd cmp compress container context crypto database debug embed encoding errors expvar flag fmt go ' +
    'hash html image index internal io iter log maps math mime net os path plugin reflect regexp runtime slices sort ' +
    'strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak'
  ).split(' '),
);
