<?php

/** Loads the SDK where there is no Composer: `require '/path/to/sdk/autoload.php';`. */

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    if (strncmp($class, 'Splat\\', 6) !== 0) {
        return;
    }
    $file = __DIR__ . '/src/' . strtr(substr($class, 6), '\\', '/') . '.php';
    if (is_file($file)) {
        require $file;
    }
});

require_once __DIR__ . '/src/functions.php';
