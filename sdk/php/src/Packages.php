<?php

declare(strict_types=1);

namespace Splat;

/** Which installed packages a file belongs to, and their versions, where Composer has told them. */
final class Packages
{
    private const INSTALLED = '~/vendor/([0-9A-Za-z_.-]{1,100}/[0-9A-Za-z_.-]{1,100})/~';

    /** @var array<string, string>|null */
    private ?array $versions = null;

    /**
     * Name to version of the packages that these files were installed by.
     *
     * @param list<string> $files
     * @return array<string, string>
     */
    public function of(array $files): array
    {
        $found = [];
        foreach ($files as $file) {
            if (preg_match(self::INSTALLED, strtr($file, '\\', '/'), $match)) {
                $version = $this->versions()[strtolower($match[1])] ?? '';
                if ($version !== '') {
                    $found[strtolower($match[1])] = $version;
                }
            }
        }
        return $found;
    }

    /** @return array<string, string> */
    private function versions(): array
    {
        if ($this->versions !== null) {
            return $this->versions;
        }
        $this->versions = [];
        $composer = 'Composer\\InstalledVersions';
        if (!class_exists($composer)) {
            return $this->versions;
        }
        try {
            foreach ($composer::getInstalledPackages() as $name) {
                $this->versions[$name] = (string) ($composer::getPrettyVersion($name) ?? '');
            }
        } catch (\Throwable) { // a package that is only replaced has no version
        }
        return $this->versions;
    }
}
