<?php

declare(strict_types=1);

namespace Splat;

/** P1: where the spool of one destination is. The same as in the other SDKs: they may share it. */
final class Folder
{
    /** The folder for what goes to the options' repository or URL, for the user that this process now is. */
    public static function of(Options $options): string
    {
        $own = is_object($options->transport);
        $kind = $own ? Utf8::scrub(get_debug_type($options->transport)) : $options->transport;
        $target = match (true) {
            $own => "{$options->apiUrl}/{$options->repo}",
            $kind === 'http' => $options->url,
            $kind === 'file' => $options->folder,
            default => "{$options->apiUrl}/{$options->repo}",
        };
        $plain = preg_replace('/[^0-9A-Za-z._-]/', '-', $kind === 'github' ? $options->repo : $kind);
        $name = ltrim(substr((string) $plain, 0, 60), '.-') . '-' . substr(hash('sha256', "$kind\n$target"), 0, 8);
        $base = $options->spoolDir !== '' ? $options->spoolDir : self::userCache();
        // In the folder that all users share it stands alone: one in between could be another's.
        $place = $base !== '' ? "$base/$name" : sys_get_temp_dir() . '/splat-' . self::user() . "-$name";
        return self::isOthers($place) ? "$place-" . self::user() : $place;
    }

    /** `splat` in the user's cache folder; "" where the user has none. */
    private static function userCache(): string
    {
        $home = self::home();
        $base = match (PHP_OS_FAMILY) {
            'Windows' => Host::variable('LOCALAPPDATA'),
            'Darwin' => $home === '' ? '' : "$home/Library/Caches",
            default => Host::variable('XDG_CACHE_HOME') ?: ($home === '' ? '' : "$home/.cache"),
        };
        if (!preg_match('~^([/\\\\]|[A-Za-z]:)~', $base)) {
            return '';
        }
        $own = "$base/splat";
        $nearest = @is_dir($own) ? $own : (@is_dir($base) ? $base : dirname($base));
        return @is_dir($nearest) && @is_writable($nearest) ? $own : '';
    }

    private static function home(): string
    {
        // A web server's environment is that of whoever started it: the user's own home counts there.
        if (PHP_SAPI !== 'cli' && function_exists('posix_geteuid') && function_exists('posix_getpwuid')) {
            return (string) (posix_getpwuid(posix_geteuid())['dir'] ?? '');
        }
        return Host::variable('HOME');
    }

    private static function isOthers(string $place): bool
    {
        $state = function_exists('posix_geteuid') ? @lstat($place) : false;
        return $state !== false && $state['uid'] !== posix_geteuid();
    }

    private static function user(): string
    {
        return function_exists('posix_geteuid') ? (string) posix_geteuid() : 'user';
    }

    /** Whether a process that is gone left something there. Looks at names alone. */
    public static function waitsIn(string $folder): bool
    {
        foreach (@scandir($folder) ?: [] as $name) {
            if (str_ends_with($name, '.json') || self::isLeft($name)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a file is what a process had in its hands (P4) that is gone. */
    private static function isLeft(string $name): bool
    {
        return preg_match('/\.json\.([0-9]{1,10})\.taken$/D', $name, $match) === 1 && self::gone((int) $match[1]);
    }

    /** Whether no process has that number, or only this one, which knows what it took. */
    public static function gone(int $pid): bool
    {
        if ($pid === Host::process()) {
            return true;
        }
        if (function_exists('posix_kill')) {
            return !posix_kill($pid, 0) && posix_get_last_error() === 3; // ESRCH: there is none
        }
        return @is_dir('/proc/self') && !@is_dir("/proc/$pid");
    }
}
