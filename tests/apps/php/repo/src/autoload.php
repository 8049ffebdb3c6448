<?php

spl_autoload_register(static function (string $class): void {
    $path = __DIR__ . '/' . str_replace('\\', '/', substr($class, strlen('Booking\\'))) . '.php';
    if (is_file($path)) {
        require $path;
    }
});
