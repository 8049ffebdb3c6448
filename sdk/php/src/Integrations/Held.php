<?php

declare(strict_types=1);

namespace Splat\Integrations;

use Splat\Client;

/**
 * Exceptions that an app's own handlers may still make an answer of: a 404 is no error, nor is a form that is filled in
 * wrongly. Which it was shows by the status.
 */
final class Held
{
    private const MOST = 20;
    private const FIRST_ERROR = 500;

    /** @var array<int, array{\Throwable, string}> by object id */
    private static array $held = [];

    public static function hold(\Throwable $error, string $mechanism): void
    {
        if (count(self::$held) < self::MOST) {
            self::$held[spl_object_id($error)] = [$error, $mechanism];
        }
    }

    /** The answer has this status; null when there is none, as the exception went on. */
    public static function settle(?int $status): void
    {
        [$held, self::$held] = [self::$held, []];
        foreach ($held as [$error, $mechanism]) {
            if ($status === null || $status >= self::FIRST_ERROR) {
                Client::current()?->capture($error, $mechanism);
            } else {
                Client::current()?->dismiss($error);
            }
        }
    }

    /** The script ends while something is held. */
    public static function end(): void
    {
        if (self::$held !== []) {
            $status = http_response_code();
            self::settle(is_int($status) ? $status : null);
        }
    }
}
