<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Host;

/**
 * D7: the right to create issues, of one process a host at a time, by a lock file in the spool. Where there is no
 * folder to write in, everyone has it: D8 puts that right.
 */
final class Claim
{
    private const NAME = 'create.lock';
    /** Seconds after which whoever holds it is not believed to be alive. */
    private const STALE = 60;

    private ?string $path;
    private bool $held = false;

    public function __construct(?string $folder)
    {
        $this->path = $folder === null ? null : "$folder/" . self::NAME;
    }

    /** Whether it is ours now. Does not wait. */
    public function take(): bool
    {
        if ($this->path === null || $this->held) {
            return true;
        }
        $this->held = $this->made() || ($this->isStale() && $this->broken() && $this->made());
        return $this->held || !is_dir(dirname($this->path)) || !is_writable(dirname($this->path));
    }

    /** We are alive: nobody is to take it from us yet. */
    public function keep(): void
    {
        if ($this->held && $this->path !== null) {
            Host::touch($this->path);
        }
    }

    /** Let others have it. */
    public function release(): void
    {
        if ($this->held && $this->path !== null) {
            $this->held = false;
            @unlink($this->path);
        }
    }

    private function made(): bool
    {
        $before = Host::withhold(0077);
        $file = @fopen((string) $this->path, 'x');
        Host::withhold($before);
        return $file !== false && fclose($file);
    }

    private function isStale(): bool
    {
        return self::age((string) $this->path) > self::STALE;
    }

    private static function age(string $path): float
    {
        clearstatcache(true, $path);
        $state = @lstat($path);
        return $state === false ? INF : abs(time() - $state['mtime']);
    }

    /** Takes a stale lock away. Two processes may try at once: who finds a fresh one in his hands puts it back. */
    private function broken(): bool
    {
        $aside = $this->path . '.' . Host::process() . '.' . bin2hex(random_bytes(4)) . '.tmp';
        if (!@rename((string) $this->path, $aside)) {
            return true;
        }
        $isFresh = self::age($aside) <= self::STALE;
        if ($isFresh) {
            function_exists('link') && @link($aside, (string) $this->path);
        }
        @unlink($aside);
        return !$isFresh;
    }
}
