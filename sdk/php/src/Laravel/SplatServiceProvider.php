<?php

declare(strict_types=1);

namespace Splat\Laravel;

use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Support\ServiceProvider;
use Splat\Client;
use Splat\Scope;
use Splat\Warn;

/**
 * Laravel, from 6 on; found by itself. Reports what the app's exception handler reports: a 404 and a form that is
 * filled in wrongly are none. `\Splat\init([...])` stands in `bootstrap/app.php`.
 */
final class SplatServiceProvider extends ServiceProvider
{
    private const ERRORS = ['error', 'critical', 'alert', 'emergency'];
    private const BEGINS = [
        'Illuminate\Queue\Events\JobProcessing' => false,
        'Laravel\Octane\Events\RequestReceived' => true,
    ];
    /** What a job threw is reported behind all of its own events. */
    private const RESTS = ['Illuminate\Queue\Events\Looping', 'Laravel\Octane\Events\RequestTerminated'];

    private ?Scope $scope = null;

    public function boot(): void
    {
        try {
            $this->listen();
        } catch (\Throwable $error) {
            Warn::warn('errors of Laravel are not seen: ' . Warn::why($error), 'laravel');
        }
    }

    private function listen(): void
    {
        $this->app->afterResolving(ExceptionHandler::class, $this->watch(...));
        if ($this->app->resolved(ExceptionHandler::class)) {
            $this->watch($this->app->make(ExceptionHandler::class));
        }
        $events = $this->app->make('events');
        $events->listen('Illuminate\Log\Events\MessageLogged', function (object $record): void {
            $this->logged($record);
        });
        Scope::describe(static fn () => Describe::request());
        $this->followLoops($events);
    }

    /**
     * A queue's worker does many jobs, Octane's many requests: each has a scope, and between two there is time.
     *
     * @param \Illuminate\Contracts\Events\Dispatcher $events
     */
    private function followLoops(object $events): void
    {
        // A job that a request does at once is a part of that request.
        if (!Client::isCommand()) {
            return;
        }
        // What a listener answers would be taken for an answer about the loop.
        foreach (self::BEGINS as $name => $hasRequest) {
            $events->listen($name, function () use ($hasRequest): void {
                $this->leave();
                $this->scope = Scope::enter($hasRequest ? static fn () => Describe::request() : null);
            });
        }
        foreach (self::RESTS as $name) {
            $events->listen($name, function (): void {
                $this->leave();
                Client::current()?->rest();
            });
        }
    }

    /** From Laravel 8 on a handler tells us itself; before, its record in the log does. */
    private function watch(object $handler): void
    {
        if (!method_exists($handler, 'reportable')) {
            return;
        }
        $handler->reportable(static function (\Throwable $error): void {
            Client::current()?->capture($error, 'laravel');
        });
        if (!$handler instanceof \Illuminate\Foundation\Exceptions\Handler) {
            return;
        }
        // The app's own may end the report; so ours comes first.
        \Closure::bind(function (): void {
            if (is_array($this->reportCallbacks ?? null)) {
                array_unshift($this->reportCallbacks, array_pop($this->reportCallbacks));
            }
        }, $handler, \Illuminate\Foundation\Exceptions\Handler::class)();
    }

    private function logged(object $record): void
    {
        $level = is_string($record->level ?? null) ? $record->level : '';
        $error = is_array($record->context ?? null) ? $record->context['exception'] ?? null : null;
        if ($error instanceof \Throwable) {
            in_array($level, self::ERRORS, true) && Client::current()?->capture($error, 'laravel', true);
        } elseif (is_string($record->message ?? null)) {
            Scope::log($level, 'laravel', $record->message);
        }
    }

    private function leave(): void
    {
        if ($this->scope !== null) {
            Scope::leave($this->scope);
            $this->scope = null;
        }
    }
}
