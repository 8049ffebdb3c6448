<?php

declare(strict_types=1);

namespace Splat;

/** Folders that only this user can read, and files that are there whole or not at all (rules T3, P1, P2). */
final class Files
{
    /**
     * Makes the folder, readable for this user alone.
     *
     * @throws \RuntimeException when that cannot be, or it is a link or another's
     */
    public static function private(string $folder): void
    {
        clearstatcache(true, $folder);
        $why = '';
        if (!@lstat($folder)) {
            Quiet::clear();
            @mkdir($folder, 0700, true);
            $why = Quiet::because();
        }
        $state = @lstat($folder);
        if ($state === false) {
            throw new \RuntimeException("$folder cannot be made$why");
        }
        if (($state['mode'] & 0170000) !== 0040000) {
            throw new \RuntimeException("$folder is a link, or no folder");
        }
        if (function_exists('posix_geteuid') && $state['uid'] !== posix_geteuid()) {
            throw new \RuntimeException("$folder belongs to another user");
        }
        if (PHP_OS_FAMILY !== 'Windows' && ($state['mode'] & 0077) !== 0) {
            Host::permit($folder, 0700);
        }
    }

    /**
     * Writes `$name` so that no reader ever finds a part of it.
     *
     * @throws \RuntimeException and leaves nothing behind
     */
    public static function write(string $folder, string $name, string $text, bool $sync = true): void
    {
        $temporary = "$folder/$name." . Host::process() . '.tmp';
        $before = Host::withhold(0077);
        try {
            Quiet::clear();
            $file = @fopen($temporary, 'wb');
            $written = $file !== false && @fwrite($file, $text) === strlen($text) && @fflush($file);
            $written = $written && (!$sync || (!function_exists('fsync') || @fsync($file)));
            $written = $file !== false && @fclose($file) && $written;
            if (!$written || !(@rename($temporary, "$folder/$name") || self::replaced($temporary, "$folder/$name"))) {
                $why = Quiet::because();
                @unlink($temporary);
                throw new \RuntimeException("$folder/$name cannot be written$why");
            }
        } finally {
            Host::withhold($before);
        }
    }

    private static function replaced(string $temporary, string $path): bool
    {
        return self::clear($path) && @rename($temporary, $path);
    }

    /** Puts a folder aside that stands where a file of ours belongs. */
    private static function clear(string $path): bool
    {
        return @is_dir($path) && @rename($path, $path . '.' . bin2hex(random_bytes(4)) . '.bad');
    }

    /**
     * The first `$most` bytes of a file; "" when it cannot be read. PHP would take memory for all that may be asked for.
     */
    public static function text(string $path, int $most): string
    {
        $file = @fopen($path, 'rb');
        if ($file === false) {
            return '';
        }
        $size = (int) (@fstat($file)['size'] ?? $most);
        $text = (string) @stream_get_contents($file, min($most, $size + 1));
        fclose($file);
        return $text;
    }

    /**
     * A file to lock, which is made where there is none; null where that cannot be.
     *
     * @return resource|null
     */
    public static function lockable(string $path)
    {
        $file = @fopen($path, 'c');
        if ($file === false && self::clear($path)) {
            $file = @fopen($path, 'c');
        }
        if ($file === false) {
            return null;
        }
        Host::permit($path, 0600);
        return $file;
    }

    /** The name of an item's file: orders by time (rules T3, P2). */
    public static function nameOf(Item $item): string
    {
        $what = $item->body instanceof Count ? $item->signature() . '.count' : $item->id;
        return Clock::digits($item->time) . "-$what.json";
    }

    /** The name, or where it is in use (two counts in one millisecond) one right behind it. */
    public static function unused(string $folder, string $name): string
    {
        [$when, $rest] = explode('-', $name, 2);
        for ($number = 0; $number < 1000; $number++) {
            $free = sprintf('%017d-%s', (int) $when + $number, $rest);
            if (@lstat("$folder/$free") === false) {
                return $free;
            }
        }
        return $name;
    }
}
