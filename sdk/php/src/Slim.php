<?php

declare(strict_types=1);

namespace Splat;

/** Slim 4, and 3: `\Splat\Slim::install($app);` behind the line that makes the app. */
final class Slim
{
    /**
     * Reports what routes and middlewares throw, also where an error handler answers; what it answers with a status
     * below 500 is no error.
     *
     * @param object $app a `Slim\App`
     */
    public static function install(object $app): void
    {
        try {
            if (!$app instanceof \Slim\App) {
                $kind = get_debug_type($app);
                Warn::warn("Slim::install() wants a Slim\\App, not $kind: it does nothing", 'slim');
            } elseif (method_exists($app, 'getMiddlewareDispatcher')) {
                Slim\Four::install($app);
            } else {
                Slim\Three::install($app);
            }
        } catch (\Throwable $error) {
            Warn::warn('errors of Slim are not seen: ' . Warn::why($error), 'slim');
        }
    }

    /**
     * What a report says of a request.
     *
     * @param \Psr\Http\Message\ServerRequestInterface $request
     * @param \Closure(): string $route the pattern of its route
     * @return array<string, mixed>
     */
    public static function describe(object $request, \Closure $route): array
    {
        try {
            $pattern = $route();
        } catch (\Throwable) { // none matches
            $pattern = '';
        }
        return Request::describe(
            (string) $request->getMethod(),
            (string) $request->getUri()->getPath(),
            $pattern,
            (string) $request->getHeaderLine('traceparent'),
            static fn () => $request->getQueryParams(),
            static fn () => $request->getHeaders(),
            static fn () => self::body($request),
        );
    }

    private static function body(object $request): mixed
    {
        $parsed = $request->getParsedBody();
        $body = $request->getBody();
        if (is_array($parsed) || !$body->isSeekable()) {
            return $parsed;
        }
        $place = $body->tell();
        $body->rewind();
        $text = $body->read(400_004);
        $body->seek($place);
        return $text;
    }
}
