<?php

// Symfony, as Debian has it (5.4).

use App\Kernel;
use Symfony\Component\HttpFoundation\Request;

require __DIR__ . '/../autoload.php';
require __DIR__ . '/../../start.php';

// PHP's own server names the path as the script.
$_SERVER['SCRIPT_NAME'] = '/index.php';
$debug = (bool) getenv('APP_DEBUG');
$debug && \Symfony\Component\ErrorHandler\Debug::enable();
$kernel = new Kernel($debug ? 'dev' : 'prod', $debug);
$request = Request::createFromGlobals();
$response = $kernel->handle($request);
$response->send();
$kernel->terminate($request, $response);
