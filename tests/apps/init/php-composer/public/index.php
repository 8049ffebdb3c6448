<?php

$loader = require dirname(__DIR__) . '/vendor/autoload.php';
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);

if ($path === '/health') {
    echo 'ok';
    return;
}

echo (new Quotes\Book())->line((int) substr($path, 1));
