<?php

// Laravel, as Debian has it (8).

require __DIR__ . '/../autoload.php';

$app = require_once __DIR__ . '/../bootstrap/app.php';
$kernel = $app->make(Illuminate\Contracts\Http\Kernel::class);
// PHP's own server names the path as the script.
$_SERVER['SCRIPT_NAME'] = '/index.php';
$request = Illuminate\Http\Request::capture();
$response = $kernel->handle($request)->send();
$kernel->terminate($request, $response);
