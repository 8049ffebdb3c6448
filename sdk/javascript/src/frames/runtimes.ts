/** F4: how the files of all runtimes look. An app meets those of JavaScript alone. */
import { lower } from '../codepoints.js';
import type { Runtime } from '../values.js';
import { JAVASCRIPT, type Look } from './javascript.js';

const raw = String.raw;

export const LOOKS: Readonly<Record<Runtime, Look>> = {
  python: {
    folded: true,
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
  javascript: JAVASCRIPT,
  go: {
    starts: ['<', '_cgo_', '_testmain.go', 'external/'],
    patterns: ['/pkg/mod/', '(^|/)vendor/', '@v'],
    isForeign: isGoStandard,
  },
  ruby: {
    isForeign: (path) => path === '-e',
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
    folded: true,
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

const GO_SOURCE =
  /(?:^|\/)(?:[Gg][Oo]|[Gg][Oo]-?[0-9][0-9.]*|[^/]{1,100}-[Gg][Oo]-[0-9.]+)(?:\/[^/]{1,100}){0,3}\/src\/([A-Za-z]+)\//u;

/** F4.6: whether it lies in the sources that come with Go. */
function isGoStandard(path: string): boolean {
  const source = GO_SOURCE.exec(path);
  if (source) return GO_STANDARD.has(lower(source[1] as string));
  return path.includes('/') && GO_STANDARD.has(path.slice(0, path.indexOf('/')));
}
