<?php

declare(strict_types=1);

namespace Splat\Slim;

use Pimple\Container;
use Psr\Http\Message\ServerRequestInterface;
use Slim\App;
use Slim\Exception\MethodNotAllowedException;
use Slim\Exception\NotFoundException;
use Slim\Exception\SlimException;
use Slim\Interfaces\RouterInterface;
use Splat\Client;
use Splat\Integrations\Held;
use Splat\Integrations\Untrace;
use Splat\Scope;
use Splat\Slim;

/** Stands behind the app's middlewares, and before the error handlers that its container has. */
final class Three
{
    /** @param callable $next what Slim would have called */
    private function __construct(private App $app, private $next)
    {
    }

    public static function install(App $app): void
    {
        \Closure::bind(function (): void {
            /** @var App $this */
            if (!$this->tip instanceof Three) {
                $this->tip = Three::behind($this, $this->tip ?? $this);
            }
        }, $app, App::class)();
        $container = $app->getContainer();
        if ($container instanceof Container) {
            foreach (['errorHandler', 'phpErrorHandler'] as $name) {
                self::watch($container, $name);
            }
        }
    }

    /** @internal */
    public static function behind(App $app, callable $next): self
    {
        return new self($app, $next);
    }

    public function __invoke(ServerRequestInterface $request, mixed $response): mixed
    {
        Scope::describe(fn () => Slim::describe($request, fn () => $this->routeOf($request)));
        try {
            return ($this->next)($request, $response);
        } catch (\Throwable $error) {
            self::hold($error);
            Untrace::from($error);
            throw $error;
        }
    }

    /** What a middleware of the app throws comes by here only. */
    private static function watch(Container $container, string $name): void
    {
        try {
            $container->extend($name, static fn ($handler) => static function (...$given) use ($handler): mixed {
                foreach ($given as $each) {
                    $each instanceof \Throwable && self::hold($each);
                }
                $response = $handler(...$given);
                Held::settle($response->getStatusCode());
                return $response;
            });
        } catch (\Throwable) { // it is made already, or there is none
        }
    }

    private static function hold(\Throwable $error): void
    {
        $isAnswer = $error instanceof NotFoundException || $error instanceof MethodNotAllowedException
            || $error instanceof SlimException;
        $isAnswer ? Client::current()?->dismiss($error) : Held::hold($error, 'slim');
    }

    private function routeOf(ServerRequestInterface $request): string
    {
        $router = $this->app->getContainer()->get('router');
        $found = $router->dispatch($request);
        $isFound = ($found[RouterInterface::DISPATCH_STATUS] ?? 0) === 1;
        return $isFound ? (string) $router->lookupRoute($found[1])->getPattern() : '';
    }
}
