<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Files;

/**
 * What the processes of a host tell each other and those that come after them, of whatever language, in files beside
 * the spool's. No file of it ends in `.json`: those are the spool's. Nothing here throws.
 */
final class Notes
{
    private const REPORTERS = 'reporters.txt';
    private const MOST_REPORTERS = 20;
    private const OWED = '/^([1-9][0-9]{0,17})-([0-9a-f]{16})\.created\z/';
    private const NO_LABELS_FOR = 3_600;
    private const OWED_FOR = 86_400;

    /** Null where there is none that only this user can read. */
    public readonly ?string $folder;

    public function __construct(string $folder)
    {
        $private = null;
        try {
            if ($folder !== '') {
                Files::private($folder);
                $private = $folder;
            }
        } catch (\RuntimeException) {
        }
        $this->folder = $private;
    }

    /** @return list<int> ids of the accounts that this host's tokens were seen to create issues as */
    public function reporters(): array
    {
        $path = "$this->folder/" . self::REPORTERS;
        $text = $this->folder === null ? '' : @file_get_contents($path, false, null, 0, 1_000);
        preg_match_all('/^[0-9]{1,18}$/m', (string) $text, $lines);
        return array_map('intval', $lines[0]);
    }

    /** Remember one: an installation's token cannot ask who it is. */
    public function addReporter(int $account): void
    {
        $known = $this->reporters();
        if (!in_array($account, $known, true) && count($known) < self::MOST_REPORTERS) {
            $this->write(self::REPORTERS, implode("\n", [...$known, $account]) . "\n");
        }
    }

    /** D8 is to be done for this issue, which was created. */
    public function owe(int $number, string $signature): void
    {
        $this->write("$number-$signature.created", '');
    }

    /** D8 is done for it. */
    public function settled(int $number, string $signature): void
    {
        if ($this->folder !== null) {
            @unlink("$this->folder/$number-$signature.created");
        }
    }

    /**
     * Issues created at least so many seconds ago whose maker did not come to D8: number to signature.
     *
     * @return array<int, string>
     */
    public function owed(float $older): array
    {
        return $this->folder === null ? [] : self::owedIn($this->folder, $older);
    }

    /**
     * The same of any folder: whether a delivery is worth it although nothing waits in the spool.
     *
     * @return array<int, string>
     */
    public static function owedIn(string $folder, float $older): array
    {
        $found = [];
        foreach (@scandir($folder) ?: [] as $name) {
            if (preg_match(self::OWED, $name, $match) !== 1) {
                continue;
            }
            clearstatcache(true, "$folder/$name");
            $age = abs(time() - (int) @filemtime("$folder/$name"));
            if ($age > self::OWED_FOR) {
                @unlink("$folder/$name");
            } elseif ($age >= $older) {
                $found[(int) $match[1]] = $match[2];
            }
        }
        return $found;
    }

    /** The labels that this token set were dropped: who is started again and again must not file each time. */
    public function cannotLabel(string $token): void
    {
        $this->write(self::noLabels($token), '');
    }

    /** False for an hour after `cannotLabel`. */
    public function mayLabel(string $token): bool
    {
        $path = "$this->folder/" . self::noLabels($token);
        clearstatcache(true, $path);
        $since = $this->folder === null ? false : @filemtime($path);
        return $since === false || abs(time() - $since) > self::NO_LABELS_FOR;
    }

    private static function noLabels(string $token): string
    {
        return substr(hash('sha256', $token), 0, 16) . '.cannot-label';
    }

    private function write(string $name, string $text): void
    {
        try {
            if ($this->folder !== null) {
                Files::write($this->folder, $name, $text, false);
            }
        } catch (\RuntimeException) {
        }
    }
}
