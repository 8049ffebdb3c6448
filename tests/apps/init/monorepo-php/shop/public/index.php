<?php
require __DIR__ . '/../vendor/autoload.php';
require __DIR__ . '/../app.php';
$app->get('/health', fn ($request, $response) => $response->write('ok'));
$app->get('/prices/{cents}', fn ($request, $response, $args) => $response->write(
    (string) new \Acme\Money\Cents((int) $args['cents'])
));
$app->run();
