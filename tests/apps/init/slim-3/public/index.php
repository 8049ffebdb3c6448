<?php

declare(strict_types=1);

use Stock\Shelves;

require __DIR__ . '/../vendor/autoload.php';

$container = new \Slim\Container();
$app = new \Slim\App($container);

$app->get('/health', fn ($request, $response) => $response->write('ok'));
$app->get('/shelves/{name}', fn ($request, $response, $args) => $response->write(Shelves::item($args['name'])));
$app->run();
