<?php

declare(strict_types=1);

namespace Splat;

use Splat\Signature\Paths;

/** F1-F4: the app's root, a path as a report carries it, and whose code a file is. */
final class Frames
{
    /** Files whose owner is remembered; beyond that all are forgotten and asked about again. */
    public const MAX_KNOWN = 4_096;

    /** @var list<string> */
    private array $libraries;
    /** @var array<string, bool> */
    private array $known = [];

    /**
     * @param string $root the app's folder, "" when unknown
     * @param list<string> $include folders whose files are the app's whatever they look like
     * @param list<string>|null $libraries folders of installed packages; those of this process unless given
     * @param string $runtime whose files they are
     */
    public function __construct(
        private readonly string $root,
        private readonly array $include = [],
        ?array $libraries = null,
        private readonly string $runtime = 'php',
    ) {
        $this->libraries = $libraries ?? self::ownLibraries();
    }

    /** The path that a report carries (F2). */
    public function path(string $file): string
    {
        if (Paths::below($file, $this->root)) {
            $above = count(Paths::segments($this->root)[1]);
            return implode('/', array_slice(Paths::segments($file)[1], $above));
        }
        return strtr(Utf8::scrub($file), '\\', '/');
    }

    /** Whether the file, as PHP names it, is the app's own (F4). */
    public function inApp(string $file): bool
    {
        if (!isset($this->known[$file])) {
            if (count($this->known) >= self::MAX_KNOWN) {
                $this->known = [];
            }
            $this->known[$file] = $this->isInApp(strtr($file, '\\', '/'));
        }
        return $this->known[$file];
    }

    private function isInApp(string $path): bool
    {
        if (self::isBelowOne($path, $this->include)) {
            return true;
        }
        return !self::isBelowOne($path, $this->libraries) && !Foreign::has($this->runtime, $path);
    }

    /** @param list<string> $folders */
    private static function isBelowOne(string $path, array $folders): bool
    {
        foreach ($folders as $folder) {
            if (Paths::below($path, $folder)) {
                return true;
            }
        }
        return false;
    }

    /** F1 without the option: the folder the process is in; "" when that is gone or forbidden. */
    public static function startFolder(): string
    {
        return Host::folder();
    }

    /**
     * The folders of packages as PEAR and Composer name them, and that of this SDK.
     *
     * @return list<string>
     */
    public static function ownLibraries(): array
    {
        $found = [__DIR__, PEAR_INSTALL_DIR];
        $loader = 'Composer\\Autoload\\ClassLoader';
        if (class_exists($loader, false) && method_exists($loader, 'getRegisteredLoaders')) {
            // A folder that Composer is told to use need not be called vendor.
            $found = [...$found, ...array_map('strval', array_keys($loader::getRegisteredLoaders()))];
        }
        return $found;
    }
}
