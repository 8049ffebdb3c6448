<?php

declare(strict_types=1);

namespace Splat\Symfony;

use Psr\Container\ContainerInterface;
use Splat\Client;
use Splat\Integrations\Held;
use Splat\Request;
use Splat\Scope;
use Splat\Snapshot;
use Symfony\Component\HttpFoundation\Request as SymfonyRequest;
use Symfony\Component\HttpKernel\Exception\HttpExceptionInterface;

/** Errors of requests, of commands, and of messages that will not be tried again. */
final class Listener
{
    /** Before whoever makes an answer of an exception; behind whoever looks at an answer. */
    private const FIRST = 4096;
    private const LAST = -4096;

    private ?Scope $scope = null;
    /** @var array<int, \Throwable> of requests inside of the one that is answered */
    private array $inner = [];

    public function __construct(private ContainerInterface $container)
    {
    }

    /** @param object $dispatcher a `Symfony\Component\EventDispatcher\EventDispatcherInterface` */
    public function listen(object $dispatcher): void
    {
        $messenger = 'Symfony\Component\Messenger\Event\\';
        $dispatcher->addListener('kernel.request', $this->request(...), self::FIRST);
        $dispatcher->addListener('kernel.exception', $this->exception(...), self::FIRST);
        $dispatcher->addListener('kernel.response', $this->response(...), self::LAST);
        $dispatcher->addListener('kernel.finish_request', $this->finished(...), self::LAST);
        $dispatcher->addListener('console.error', $this->console(...), self::LAST);
        $dispatcher->addListener($messenger . 'WorkerMessageReceivedEvent', $this->received(...), self::FIRST);
        $dispatcher->addListener($messenger . 'WorkerMessageFailedEvent', $this->failed(...), self::LAST);
        $dispatcher->addListener($messenger . 'WorkerRunningEvent', static function (): void {
            Client::current()?->rest();
        }, self::LAST);
    }

    private function request(object $event): void
    {
        if (self::isMain($event)) {
            $request = $event->getRequest();
            $this->enter(fn () => $this->describe($request));
        }
    }

    private function exception(object $event): void
    {
        $error = $event->getThrowable();
        if (!self::isMain($event)) {
            $this->inner[spl_object_id($error)] = $error;
            return;
        }
        foreach (Snapshot::links($error) as $each) {
            unset($this->inner[spl_object_id($each)]);
        }
        Held::hold($error, 'symfony');
    }

    private function response(object $event): void
    {
        // The page of an error is made by a request of its own, inside.
        if (self::isMain($event)) {
            $this->settle($event->getResponse()->getStatusCode());
        }
    }

    /** Where something is still held, no answer was found, and the exception goes on. */
    private function finished(object $event): void
    {
        if (self::isMain($event)) {
            $this->settle(null);
        }
    }

    /** A part of a page that failed, and that the page does without, has no status of its own. */
    private function settle(?int $status): void
    {
        foreach (array_splice($this->inner, 0) as $error) {
            if (!$error instanceof HttpExceptionInterface || $error->getStatusCode() >= 500) {
                Client::current()?->capture($error, 'symfony');
            }
        }
        Held::settle($status);
    }

    private function console(object $event): void
    {
        $error = $event->getError();
        // A wrong argument, an unknown command: said to the user.
        if (!$error instanceof \Symfony\Component\Console\Exception\ExceptionInterface) {
            $command = $event->getCommand()?->getName();
            $command === null || Scope::setTag('command', $command);
            Client::current()?->capture($error, 'symfony console');
        }
    }

    private function received(): void
    {
        $this->enter(null);
    }

    private function failed(object $event): void
    {
        $error = $event->getThrowable();
        if ($event->willRetry()) {
            return;
        }
        $inner = match (true) {
            method_exists($error, 'getWrappedExceptions') => $error->getWrappedExceptions(),
            method_exists($error, 'getNestedExceptions') => $error->getNestedExceptions(),
            default => [],
        };
        foreach ($inner ?: [$error] as $each) {
            Client::current()?->capture($each, 'symfony messenger');
        }
    }

    private function enter(?\Closure $request): void
    {
        if ($this->scope !== null) {
            Scope::leave($this->scope);
        }
        $this->scope = Scope::enter($request);
    }

    private static function isMain(object $event): bool
    {
        return $event->isMainRequest();
    }

    /** @return array<string, mixed> */
    private function describe(SymfonyRequest $request): array
    {
        return Request::describe(
            $request->getMethod(),
            $request->getBaseUrl() . $request->getPathInfo(),
            $this->routeOf($request),
            (string) $request->headers->get('traceparent', ''),
            static fn () => $request->query->all(),
            static fn () => $request->headers->all(),
            static fn () => $request->request->all() ?: $request->getContent(),
        );
    }

    private function routeOf(SymfonyRequest $request): string
    {
        $name = $request->attributes->get('_route');
        if (!is_string($name) || !$this->container->has('router')) {
            return '';
        }
        try {
            return (string) $this->container->get('router')->getRouteCollection()->get($name)?->getPath();
        } catch (\Throwable) {
            return '';
        }
    }
}
