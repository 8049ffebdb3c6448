<?php

declare(strict_types=1);

namespace Splat;

/** F5: lines of the app's source, from files that code was loaded from, each read once. */
final class Source
{
    public const LARGEST = 2 * 1024 * 1024;
    /** Bytes of source that are remembered; beyond that all are forgotten and read again. */
    private const MOST_REMEMBERED = 4_000_000;
    private const CONTEXT = 5;
    private const PROGRAM_TEXT = '/\.(php|phtml|inc|module)$/Di';

    /** @var array<string, list<string>> */
    private array $known = [];
    private int $bytes = 0;

    /**
     * The text of a line that counts from 1, and up to five before and behind it; null where it is not known.
     *
     * @return array{string, list<string>, list<string>}|null
     */
    public function around(string $file, int $line): ?array
    {
        $lines = $this->lines($file);
        if ($line < 1 || $line > count($lines)) {
            return null;
        }
        $from = max(0, $line - 1 - self::CONTEXT);
        return [
            Utf8::scrub($lines[$line - 1]),
            array_map(Utf8::scrub(...), array_slice($lines, $from, $line - 1 - $from)),
            array_map(Utf8::scrub(...), array_slice($lines, $line, self::CONTEXT)),
        ];
    }

    /** @return list<string> */
    private function lines(string $file): array
    {
        if (isset($this->known[$file])) {
            return $this->known[$file];
        }
        $text = $this->text($file);
        if ($this->bytes + strlen($text) > self::MOST_REMEMBERED) {
            [$this->known, $this->bytes] = [[], 0];
        }
        $this->bytes += strlen($text);
        return $this->known[$file] = $text === '' ? [] : explode("\n", str_replace(["\r\n", "\r"], "\n", $text));
    }

    private function text(string $file): string
    {
        // No stream wrapper: that may be the app's code.
        $path = str_contains($file, "\0") || preg_match('~^[A-Za-z][A-Za-z0-9+.-]+:~', $file) ? '' : $file;
        if ($path === '' || !$this->isCode($path)) {
            return '';
        }
        $size = @is_file($path) ? @filesize($path) : false;
        if ($size === false || $size > self::LARGEST) {
            return '';
        }
        return Files::text($path, self::LARGEST);
    }

    private function isCode(string $file): bool
    {
        // What was preloaded is not among the included files.
        return preg_match(self::PROGRAM_TEXT, $file) === 1 || in_array($file, get_included_files(), true);
    }
}
