<?php

// How the apps of these tests start the SDK: options come from variables.

declare(strict_types=1);

function splat_or_not(): bool
{
    return !getenv('SPLAT_OFF');
}

if (splat_or_not()) {
    require __DIR__ . '/../../autoload.php';
    \Splat\init();
}
