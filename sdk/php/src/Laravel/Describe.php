<?php

declare(strict_types=1);

namespace Splat\Laravel;

use Illuminate\Container\Container;
use Illuminate\Http\Request as LaravelRequest;
use Splat\Request;

/** What a report says of a request that Laravel answers. */
final class Describe
{
    /** @return array<string, mixed> */
    public static function request(): array
    {
        $app = Container::getInstance();
        $isConsole = method_exists($app, 'runningInConsole') && $app->runningInConsole();
        $request = !$isConsole && $app->resolved('request') ? $app->make('request') : null;
        if (!$request instanceof LaravelRequest) {
            return Request::ofProcess();
        }
        $route = $request->route();
        return Request::describe(
            $request->getMethod(),
            $request->getBaseUrl() . $request->getPathInfo(),
            is_object($route) && method_exists($route, 'uri') ? '/' . ltrim((string) $route->uri(), '/') : '',
            (string) $request->headers->get('traceparent', ''),
            static fn () => $request->query->all(),
            static fn () => $request->headers->all(),
            static fn () => $request->request->all() ?: $request->getContent(),
        );
    }
}
