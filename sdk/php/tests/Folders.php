<?php

declare(strict_types=1);

namespace Splat\Tests;

final class Folders
{
    public static function make(): string
    {
        $folder = sys_get_temp_dir() . '/splat-test-' . bin2hex(random_bytes(6));
        mkdir($folder, 0700);
        return $folder;
    }

    public static function remove(string $folder): void
    {
        foreach (array_diff(@scandir($folder) ?: [], ['.', '..']) as $name) {
            $path = "$folder/$name";
            is_dir($path) && !is_link($path) ? self::remove($path) : @unlink($path);
        }
        @rmdir($folder);
    }
}
