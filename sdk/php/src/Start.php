<?php

declare(strict_types=1);

namespace Splat;

use Splat\Integrations\Uncaught;

/** What `init` and `close` do. A request without an error loads three classes: this one, `Client` and `Uncaught`. */
final class Start
{
    /** @param array<array-key, mixed> $arguments */
    public static function with(array $arguments): void
    {
        try {
            if (Client::current() !== null) {
                self::stop(2.0);
                Warn::forget();
            }
            $client = new Client($arguments);
            $enabled = $arguments['enabled'] ?? true;
            if ($enabled === false || $enabled === 0) {
                return;
            }
            Client::replace($client);
            Uncaught::install(self::wanted($arguments));
        } catch (\Throwable $error) {
            Warn::warn('not started: ' . Warn::why($error), 'init');
        }
    }

    public static function stop(float $seconds): void
    {
        Client::current()?->close($seconds);
        Client::replace(null);
    }

    /**
     * Which hooks are on. A wrong value is told of when the options are read.
     *
     * @param array<array-key, mixed> $arguments
     * @return list<string>
     */
    private static function wanted(array $arguments): array
    {
        $given = $arguments['integrations'] ?? getenv('SPLAT_INTEGRATIONS');
        if ($given === false || $given === '') {
            return Uncaught::ALL;
        }
        try {
            return Reading::words($given, Uncaught::ALL);
        } catch (\InvalidArgumentException) {
            return Uncaught::ALL;
        }
    }
}
