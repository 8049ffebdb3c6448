/** F4, JavaScript: how the files of its runtimes and of installed packages look. */

/** How the files of a runtime and of what is installed for it look. */
export interface Look {
  /** A path that begins so is not the app's. */
  readonly starts: readonly string[];
  /** Nor is one in which one of these matches. */
  readonly patterns: readonly string[];
  /** Cases are one. */
  readonly folded?: true;
  /** What else is not the app's. */
  isForeign?(path: string): boolean;
}

const raw = String.raw;

export const JAVASCRIPT: Look = {
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
};
