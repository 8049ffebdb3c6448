<?php

declare(strict_types=1);

namespace Splat\Slim;

use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Psr\Http\Server\MiddlewareInterface;
use Psr\Http\Server\RequestHandlerInterface;
use Slim\App;
use Slim\Exception\HttpException;
use Slim\Interfaces\MiddlewareDispatcherInterface;
use Slim\Middleware\ErrorMiddleware;
use Slim\MiddlewareDispatcher;
use Splat\Client;
use Splat\Integrations\Held;
use Splat\Integrations\Untrace;
use Splat\Scope;
use Splat\Slim;

/**
 * Stands before the app's middlewares, so that it sees the answer; and right behind each error middleware, which would
 * keep from it what all others throw.
 */
final class Four implements MiddlewareDispatcherInterface
{
    private function __construct(private MiddlewareDispatcherInterface $inner, private App $app)
    {
    }

    public static function install(App $app): void
    {
        $inner = $app->getMiddlewareDispatcher();
        if ($inner instanceof self) {
            return;
        }
        $ours = new self($inner, $app);
        $ours->guard();
        \Closure::bind(function () use ($ours): void {
            /** @var App $this */
            $this->middlewareDispatcher = $ours;
        }, $app, App::class)();
    }

    public function handle(ServerRequestInterface $request): ResponseInterface
    {
        $scope = Scope::enter(fn () => Slim::describe($request, fn () => $this->routeOf($request)));
        try {
            $response = $this->inner->handle($request);
            Held::settle($response->getStatusCode());
            return $response;
        } catch (\Throwable $error) {
            self::hold($error);
            Held::settle(null);
            Untrace::from($error);
            throw $error;
        } finally {
            Scope::leave($scope);
        }
    }

    /** A client's mistake is none of the app's. */
    public static function hold(\Throwable $error): void
    {
        if ($error instanceof HttpException && $error->getCode() < 500) {
            Client::current()?->dismiss($error);
        } else {
            Held::hold($error, 'slim');
        }
    }

    public function add($middleware): MiddlewareDispatcherInterface
    {
        if ($middleware instanceof ErrorMiddleware || $middleware === ErrorMiddleware::class) {
            $this->guard();
        }
        $this->inner->add($middleware);
        return $this;
    }

    public function addMiddleware(MiddlewareInterface $middleware): MiddlewareDispatcherInterface
    {
        return $this->add($middleware);
    }

    public function seedMiddlewareStack(RequestHandlerInterface $kernel): void
    {
        $this->inner->seedMiddlewareStack($kernel);
        $this->guard();
    }

    /** @param list<mixed> $arguments what only Slim's own dispatcher has */
    public function __call(string $name, array $arguments): mixed
    {
        return $this->inner->$name(...$arguments);
    }

    private function guard(): void
    {
        // Another dispatcher's stack is its own affair: what leaves it is seen.
        if ($this->inner instanceof MiddlewareDispatcher) {
            $tip = \Closure::bind(fn () => $this->tip, $this->inner, MiddlewareDispatcher::class)();
            $this->inner->seedMiddlewareStack(new Guard($tip));
        }
    }

    private function routeOf(ServerRequestInterface $request): string
    {
        $found = $this->app->getRouteResolver()
            ->computeRoutingResults($request->getUri()->getPath(), $request->getMethod());
        $identifier = $found->getRouteIdentifier();
        return $identifier === null ? '' : $this->app->getRouteResolver()->resolveRoute($identifier)->getPattern();
    }
}
