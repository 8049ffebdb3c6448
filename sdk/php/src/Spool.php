<?php

declare(strict_types=1);

namespace Splat;

/** P: what is not delivered yet, in a folder that only this user can read; whoever delivers next sends it. */
final class Spool
{
    public const MOST_FILES = 200;
    public const MOST_BYTES = 20_000_000;
    private const LARGEST = 4_000_000;
    /** Seconds, after which whoever took it is not believed to be alive. */
    private const TAKEN_FOR = 600;
    private const UNFINISHED_FOR = 3_600;
    private const BAD_FOR = 7 * 86_400;
    private const TAKEN = '~^(.+\.json)\.([0-9]{1,10})\.taken$~Ds';

    /** How many were deleted because there were too many, and how many set aside by P5, since these were last reset. */
    public int $dropped = 0;
    public int $unreadable = 0;

    /**
     * Paths of what this process took and still holds. A pid alone does not tell: in a container it is always the same.
     *
     * @var array<string, true>
     */
    private static array $held = [];

    /**
     * Makes the folder.
     *
     * @throws \RuntimeException when it is a link or another's, or cannot be made
     */
    public function __construct(public readonly string $folder)
    {
        Files::private($folder);
    }

    /**
     * Leaves the item for any process to deliver. The file's name.
     *
     * @throws \RuntimeException
     */
    public function put(Item $item, bool $sync): string
    {
        $name = Files::unused($this->folder, Files::nameOf($item));
        Files::write($this->folder, $name, Wire::textOf($item), $sync);
        $this->trim();
        return $name;
    }

    /** Whether it still waits, or is under way. */
    public function has(string $name): bool
    {
        foreach (@scandir($this->folder) ?: [] as $each) {
            if ($each === $name || str_starts_with($each, "$name.") && str_ends_with($each, '.taken')) {
                return true;
            }
        }
        return false;
    }

    /**
     * Up to `$most` items, the oldest first, that are now for this process alone to deliver: name to item.
     *
     * @param string $after only those count whose file's name comes after it
     * @return array<string, Item>
     */
    public function take(int $most, string $after = ''): array
    {
        $taken = [];
        foreach ($this->names() as $name) {
            if (count($taken) >= $most) {
                break;
            }
            $item = strcmp($name, $after) > 0 ? $this->takeOne($name) : null;
            if ($item !== null) {
                $taken[$name] = $item;
            }
        }
        return $taken;
    }

    /** It is delivered, or never will be. */
    public function done(string $name): void
    {
        $path = $this->taken($name);
        unset(self::$held[$path]);
        @unlink($path); // or taken for dead, and given back
    }

    /** Another try, by this process or another one. */
    public function back(string $name): void
    {
        $path = $this->taken($name);
        unset(self::$held[$path]);
        @rename($path, "$this->folder/$name");
    }

    /** P3 to P5: gives back what the dead had taken, deletes what is too old or too much. */
    public function tidy(): void
    {
        $now = time();
        foreach (@scandir($this->folder) ?: [] as $name) {
            $this->tidyOne($name, $now);
        }
        $this->trim();
    }

    /** In the child of a fork: what the parent holds is not the child's. */
    public static function forget(): void
    {
        self::$held = [];
    }

    private function tidyOne(string $name, int $now): void
    {
        $path = "$this->folder/$name";
        if (preg_match('/\.(tmp|bad)$|^said-/D', $name, $match)) {
            $after = ($match[1] ?? '') === 'bad' ? self::BAD_FOR : self::UNFINISHED_FOR;
            if ($now - (int) (@lstat($path)['mtime'] ?? $now) > $after) {
                @unlink($path);
            }
        } elseif (preg_match(self::TAKEN, $name, $match) && !isset(self::$held[$path])) {
            if (Folder::gone((int) $match[2]) || $now - (int) (@lstat($path)['mtime'] ?? $now) > self::TAKEN_FOR) {
                @rename($path, "$this->folder/$match[1]");
            }
        }
    }

    /** @return list<string> */
    private function names(): array
    {
        $names = array_filter(@scandir($this->folder) ?: [], static fn (string $name) => str_ends_with($name, '.json'));
        sort($names, SORT_STRING);
        return $names;
    }

    private function takeOne(string $name): ?Item
    {
        $path = $this->taken($name);
        if (!@rename("$this->folder/$name", $path)) {
            return null; // another process was faster
        }
        self::$held[$path] = true;
        Host::touch($path); // its age as taken is counted from now
        try {
            return Wire::itemOf($this->text($path));
        } catch (\Throwable) {
            unset(self::$held[$path]);
            @rename($path, "$this->folder/$name.bad");
            $this->unreadable++;
            return null;
        }
    }

    private function taken(string $name): string
    {
        return "$this->folder/$name." . Host::process() . '.taken';
    }

    /** @throws \UnexpectedValueException for what is no plain file, or too large */
    private function text(string $path): string
    {
        clearstatcache(true, $path);
        $state = @lstat($path);
        if ($state === false || ($state['mode'] & 0170000) !== 0100000 || $state['size'] > self::LARGEST) {
            throw new \UnexpectedValueException('no plain file of a size that is sent');
        }
        return Files::text($path, self::LARGEST);
    }

    private function trim(): void
    {
        $names = $this->names();
        $sizes = array_map(fn (string $name) => (int) (@lstat("$this->folder/$name")['size'] ?? 0), $names);
        [$files, $bytes] = [count($names), array_sum($sizes)];
        foreach ($names as $index => $name) {
            if ($files <= self::MOST_FILES && $bytes <= self::MOST_BYTES) {
                return;
            }
            if (@unlink("$this->folder/$name")) {
                $this->dropped++;
            }
            [$files, $bytes] = [$files - 1, $bytes - $sizes[$index]];
        }
    }
}
