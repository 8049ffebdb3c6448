<?php

declare(strict_types=1);

namespace Splat;

/** F4.2, F4.4 to F4.6: how files look that are not the app's, by runtime. */
final class Foreign
{
    private const STARTS = [
        'php' => ['['],
        'python' => ['<'],
        'javascript' => [
            'node:', 'internal/', '<', '[', 'evalmachine.', 'wasm:', 'deno:', 'ext:', 'jsr:', 'npm:', 'native ',
            'webpack/', '(webpack)', 'webpack-internal:///(webpack)', 'bootstrap:', 'extensions::', 'index ',
            'chrome-extension:', 'moz-extension:', 'safari-extension:', 'safari-web-extension:', 'debugger:',
        ],
        'go' => ['<', '_cgo_', '_testmain.go', 'external/'],
        'ruby' => ['<', '('],
    ];
    private const PATTERNS = [
        'php' => [
            '(^|/)vendor/', '^phar://', '^/usr/(local/)?(share|lib)/(php|pear)', '/var/cache/(prod|dev|test)',
            '/storage/framework/(views|cache)/', '/wp-(includes|admin)/',
        ],
        'python' => [
            '/(site|dist)-packages/', '(^|/)lib(64)?/(python|pypy)[0-9]', '/python[0-9][0-9a-z_.-]*/lib/',
            '/python[0-9]+\.zip/', '\.egg/', '(^|/)\.?v?env/(bin|scripts|lib)/', '^/usr/(local/)?s?bin/',
            '(^|/)\.(tox|nox)/',
        ],
        'javascript' => [
            '(^|/)node_modules/', '(^|/)~/', '(^|/)\.yarn/', '(^|/)webpack/(bootstrap|runtime/)', '://webpack/',
            '//(deno\.land|esm\.sh|esm\.run|unpkg\.com|cdn\.jsdelivr\.net|cdnjs\.cloudflare\.com|js\.stripe\.com)/',
            '//(www\.googletagmanager\.com|www\.google-analytics\.com|ajax\.googleapis\.com)/',
        ],
        'go' => ['/pkg/mod/', '(^|/)vendor/', '@v'],
        'ruby' => [
            '/gems/[^/]{1,200}-[0-9][^/]{0,100}/', '/bundler/gems/', '(^|/)lib(64)?/ruby/',
            '(^|/)lib(64)?/(jruby|truffleruby)/', '/rubygems-integration/', '/\.(rbenv|rvm|asdf)/',
            '(^|/)vendor/(bundle|cache|ruby)/', '^/usr/(local/)?bin/',
            '^[0-9A-Za-z_-]{1,100} \([0-9][0-9A-Za-z_.]{0,40}\) ',
        ],
    ];
    /** Where Go's own sources lie. */
    private const GO_ROOT = '~(?:^|/)(?:[Gg][Oo]|[Gg][Oo]-?[0-9][0-9.]*|[^/]{1,100}-[Gg][Oo]-[0-9.]+)'
        . '(?:/[^/]{1,100}){0,3}/src/([A-Za-z]+)/~u';
    private const GO_PACKAGES = [
        'archive', 'bufio', 'bytes', 'cmd', 'cmp', 'compress', 'container', 'context', 'crypto', 'database', 'debug',
        'embed', 'encoding', 'errors', 'expvar', 'flag', 'fmt', 'go', 'hash', 'html', 'image', 'index', 'internal',
        'io', 'iter', 'log', 'maps', 'math', 'mime', 'net', 'os', 'path', 'plugin', 'reflect', 'regexp', 'runtime',
        'slices', 'sort', 'strconv', 'strings', 'structs', 'sync', 'syscall', 'testing', 'text', 'time', 'unicode',
        'unique', 'unsafe', 'vendor', 'weak',
    ];

    /** Whether a path with forward slashes looks like the runtime's own code, or an installed package's. */
    public static function has(string $runtime, string $path): bool
    {
        foreach (self::STARTS[$runtime] as $start) {
            if (str_starts_with($path, $start)) {
                return true;
            }
        }
        if ($path === '' || ($runtime === 'ruby' && $path === '-e')) {
            return true;
        }
        $path = Utf8::scrub($runtime === 'php' || $runtime === 'python' ? Utf8::lower($path) : $path);
        foreach (self::PATTERNS[$runtime] as $pattern) {
            if (Regex::matches("%$pattern%u", $path)) {
                return true;
            }
        }
        return $runtime === 'go' && self::isOfGo($path);
    }

    private static function isOfGo(string $path): bool
    {
        $parts = explode('/', $path, 2);
        $package = count($parts) === 2 ? $parts[0] : '';
        if (Regex::matches(self::GO_ROOT, $path, $match)) {
            $package = Utf8::lower($match[1]);
        }
        return in_array($package, self::GO_PACKAGES, true);
    }
}
