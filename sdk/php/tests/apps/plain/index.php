<?php

// An app without a framework.

require __DIR__ . '/../start.php';

function price(string $item): int
{
    $prices = ['pen' => 2];
    if (!isset($prices[$item])) {
        throw new OutOfRangeException("nothing costs like $item");
    }
    return $prices[$item];
}

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
switch ($path) {
    case '/':
        echo price('pen');
        break;
    case '/crash':
        header('X-App: plain');
        echo 'begun ';
        echo price($_GET['item'] ?? 'ink');
        break;
    case '/fatal':
        echo str_repeat('x', 1000);
        ini_set('memory_limit', '8M');
        $all = [];
        while (true) {
            $all[] = str_repeat('y', 100_000);
        }
    case '/warning':
        echo 'a', $undefined;
        break;
    default:
        http_response_code(404);
        echo 'nothing here';
}
