<?php

declare(strict_types=1);

namespace Splat\Signature;

use Splat\Regex;
use Splat\Utf8;

/** S4: a path as the app's root sees it, the same on every host and in every release. */
final class Paths
{
    /** Paths whose segments are remembered; beyond that all are forgotten. */
    private const MAX_KNOWN = 1_024;

    /** @var array<string, array{bool, list<string>}> */
    private static array $known = [];

    /**
     * The path below `$root` with forward slashes; below nothing when `$root` is "" or not above it.
     *
     * A URL loses scheme, host and query, a Windows path its drive.
     */
    public static function relative(string $path, string $root, string $runtime = 'php'): string
    {
        $inside = self::segments($path)[1];
        if (self::below($path, $root)) {
            $inside = array_slice($inside, count(self::segments($root)[1]));
        }
        if ($runtime === 'javascript' && $inside !== []) {
            $inside[] = self::withoutHash((string) array_pop($inside));
        }
        return implode('/', $inside);
    }

    /** Whether the path lies inside the folder; never when the folder has no segment. */
    public static function below(string $path, string $folder): bool
    {
        [$folderAbsolute, $above] = self::segments($folder);
        if ($above === []) {
            return false;
        }
        [$absolute, $inside] = self::segments($path);
        return $absolute === $folderAbsolute && count($inside) > count($above)
            && array_slice($inside, 0, count($above)) === $above;
    }

    /**
     * Whether the path is absolute, and its segments with `.` and `..` worked out.
     *
     * @return array{bool, list<string>}
     */
    public static function segments(string $path): array
    {
        if (!isset(self::$known[$path])) {
            if (count(self::$known) >= self::MAX_KNOWN) {
                self::$known = [];
            }
            self::$known[$path] = self::split($path);
        }
        return self::$known[$path];
    }

    /** @return array{bool, list<string>} */
    private static function split(string $path): array
    {
        $path = strtr(Text::field($path), '\\', '/');
        if (str_contains($path, '://')) {
            $path = self::withoutHost($path);
        }
        $path = Regex::replace('~^/?[A-Za-z]:/~', '/', $path);
        $absolute = str_starts_with($path, '/');
        $made = [];
        foreach (explode('/', $path) as $segment) {
            if ($segment === '..' && ($absolute || $made !== []) && end($made) !== '..') {
                array_pop($made);
            } elseif ($segment !== '' && $segment !== '.') {
                $made[] = $segment;
            }
        }
        return [$absolute, $made];
    }

    private static function withoutHost(string $path): string
    {
        if (!Regex::matches('~^([A-Za-z][A-Za-z0-9+.-]{1,20})://[^/]*+(.*)\z~s', $path, $url)) {
            return $path;
        }
        $scheme = Utf8::lower($url[1]);
        $path = substr($url[2], 0, strcspn($url[2], '?#'));
        if ($scheme === 'file') {
            return $path;
        }
        if (str_starts_with($scheme, 'webpack')) {
            $path = Regex::replace('~^/?\([0-9A-Za-z_-]++\)/~', '', $path);
        }
        return ltrim($path, '/');
    }

    /** A bundler's hash in the name of a file is another in each release. */
    private static function withoutHash(string $name): string
    {
        return Regex::replaceEach('/[0-9A-Za-z]++/', static function (array $run): string {
            [$text, $at] = $run[0];
            $isHash = $at > 0 && preg_match('/^(?=.*[0-9])[0-9a-f]{8,64}\z/', $text) === 1;
            return $isHash ? '*' : $text;
        }, $name, PREG_OFFSET_CAPTURE);
    }
}
