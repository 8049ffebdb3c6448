<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Files;
use Splat\Json;

/**
 * What the processes of a host know of a repository: PHP's live for one request, so it is a file of the spool. Each
 * delivery reads it first and writes it last; one delivers at a time. Lost or damaged, it is read from GitHub again.
 */
final class State
{
    private const FILE = 'github.state';
    private const VERSION = 1;
    private const LARGEST = 8_000_000;

    /** @var array<string, mixed> */
    private array $parts = [];
    private string $written = '';
    /** Where the disk is full, what is in memory is newer. */
    private bool $isAhead = false;

    /** @param string|null $folder null where there is none that only this user can read */
    public function __construct(private readonly ?string $folder)
    {
    }

    public function read(): void
    {
        if ($this->folder === null || $this->isAhead) {
            return;
        }
        try {
            $path = "$this->folder/" . self::FILE;
            clearstatcache(true, $path);
            $text = @is_file($path) ? Files::text($path, self::LARGEST) : '';
            $all = $text === '' ? null : Json::arrays($text);
            $isOurs = is_array($all) && ($all['version'] ?? null) === self::VERSION && is_array($all['parts'] ?? null);
            $this->parts = $isOurs ? $all['parts'] : [];
            $this->written = $text;
        } catch (\UnexpectedValueException) {
            $this->parts = [];
        }
    }

    /** Where that fails, the next process asks GitHub again: at worst for an issue that is closed as a duplicate. */
    public function write(): void
    {
        try {
            $text = Json::encode(['version' => self::VERSION, 'parts' => $this->parts]);
            if ($this->folder !== null && $text !== $this->written && strlen($text) <= self::LARGEST) {
                Files::write($this->folder, self::FILE, $text, false);
                $this->written = $text;
            }
            $this->isAhead = false;
        } catch (\Throwable) {
            $this->isAhead = true;
        }
    }

    public function get(string $part, mixed $default = null): mixed
    {
        return $this->parts[$part] ?? $default;
    }

    public function set(string $part, mixed $value): void
    {
        $this->parts[$part] = $value;
    }

    /** Seconds since a moment that `time()` or `microtime()` told; for ever when that is not known or yet to come. */
    public static function since(mixed $moment): float
    {
        $age = is_int($moment) || is_float($moment) ? microtime(true) - $moment : INF;
        return $age < 0 ? INF : $age;
    }
}
