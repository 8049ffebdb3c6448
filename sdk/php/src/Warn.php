<?php

declare(strict_types=1);

namespace Splat;

use Splat\Redact\Redact;

/**
 * What the SDK has to say for itself: each kind once a process, then silence. By `error_log`, so on stderr or where the
 * server keeps its log. Never throws.
 */
final class Warn
{
    private const MOST_KINDS = 100;
    /** Seconds for which a kind that one request said is not said by the next: a request is a process of its own. */
    private const SAID_FOR = 3600;
    private const MOST_SHOWN = 300;

    /** @var array<string, true> */
    private static array $said = [];
    /** @var list<array{string, string}> */
    private static array $held = [];
    private static ?string $folder = null;
    private static bool $holding = false;
    private static bool $debug = false;

    /** Says `$text` unless something of this `$kind` (the text itself unless given) was said before. */
    public static function warn(string $text, ?string $kind = null): void
    {
        $kind ??= $text;
        if (isset(self::$said[$kind]) || count(self::$said) >= self::MOST_KINDS) {
            return;
        }
        self::$said[$kind] = true;
        if (self::$holding) {
            self::$held[] = [$text, $kind];
            return;
        }
        self::say($text, $kind);
    }

    /** Nothing of this kind is said: it matters to nobody yet. */
    public static function pass(string $kind): void
    {
        self::$said[$kind] = true;
    }

    /** Says `$text` each time, when the option `debug` is on. */
    public static function debug(string $text): void
    {
        if (self::$debug) {
            self::write($text);
        }
    }

    public static function setDebug(bool $on): void
    {
        self::$debug = $on;
    }

    /** From now on nothing is said until `release`, which knows the folder that remembers what was said. */
    public static function hold(): void
    {
        self::$holding = true;
    }

    /** Says what was held. With a folder, what another process said there within the hour is not said again. */
    public static function release(?string $folder): void
    {
        self::$holding = false;
        self::$folder = $folder;
        [$held, self::$held] = [self::$held, []];
        foreach ($held as [$text, $kind]) {
            self::say($text, $kind);
        }
    }

    /** The error's type and message, for a warning: without secrets, since a warning ends up in a log. */
    public static function why(\Throwable $error): string
    {
        try {
            $told = Redact::text(substr(Snapshot::messageOf($error), 0, 1000), []);
            $cut = preg_match('/^.{0,' . self::MOST_SHOWN . '}/us', $told, $match) === 1 ? $match[0] : '';
            return get_debug_type($error) . ': ' . $cut;
        } catch (\Throwable) {
            return 'an error that cannot be shown';
        }
    }

    /** A new start: all may be said again. */
    public static function forget(): void
    {
        self::$said = [];
        self::$held = [];
        self::$folder = null;
        self::$holding = false;
    }

    private static function say(string $text, string $kind): void
    {
        if (self::$folder !== null && self::wasSaid(self::$folder . '/said-' . hash('crc32b', $kind))) {
            return;
        }
        self::write($text);
    }

    private static function wasSaid(string $marker): bool
    {
        $when = @filemtime($marker);
        if ($when !== false && abs(time() - $when) < self::SAID_FOR) {
            return true;
        }
        if (is_dir(dirname($marker))) {
            @file_put_contents($marker, "\n");
            clearstatcache(true, $marker);
        }
        return false;
    }

    private static function write(string $text): void
    {
        try {
            error_log("splat: $text");
        } catch (\Throwable) {
        }
    }
}
