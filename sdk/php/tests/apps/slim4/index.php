<?php

// A Slim 4 app, for who has that: SLIM4 is its autoload file.

require getenv('SLIM4');
require __DIR__ . '/../start.php';
require __DIR__ . '/../slim/shop.php';

$_SERVER['SCRIPT_NAME'] = '/index.php';
$app = \Slim\Factory\AppFactory::create();
splat_or_not() && \Splat\Slim::install($app);
$app->add(function ($request, $handler) {
    if ($request->getUri()->getPath() === '/middleware') {
        throw new DomainException('a middleware failed');
    }
    return $handler->handle($request);
});
$app->addRoutingMiddleware();
$app->addErrorMiddleware(true, false, false)->setErrorHandler(
    LengthException::class,
    fn ($request, $error) => $app->getResponseFactory()->createResponse(422)
);
$app->get('/carts/{id}', function ($request, $response, $args) {
    $response->getBody()->write((string) total((int) $args['id']));
    return $response;
});
$app->get('/mapped', fn () => throw new LengthException('the form is too long'));
$app->get('/', function ($request, $response) {
    $response->getBody()->write('hello');
    return $response;
});
$app->run();
