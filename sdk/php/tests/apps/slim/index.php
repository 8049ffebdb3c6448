<?php

// A Slim app on Debian's Slim 3; with SPLAT_OFF it is the same without the SDK.

require '/usr/share/php/Slim/autoload.php';
require '/usr/share/php/Slim/Psr7/autoload.php';
require __DIR__ . '/../start.php';
require __DIR__ . '/shop.php';

// PHP's own server names the path as the script.
$_SERVER['SCRIPT_NAME'] = '/index.php';

$app = new \Slim\App(['settings' => ['displayErrorDetails' => true]]);
splat_or_not() && \Splat\Slim::install($app);
$app->add(function ($request, $response, $next) {
    if ($request->getUri()->getPath() === '/middleware') {
        throw new DomainException('a middleware failed');
    }
    return $next($request, $response);
});
$app->get('/carts/{id}', fn ($request, $response, $args) => $response->write((string) total((int) $args['id'])));
$app->get('/', fn ($request, $response) => $response->write('hello'));
$app->run();
