<?php

/** The SDKs, each set up as its README says, with its own defaults. */

declare(strict_types=1);

namespace Bench;

/**
 * How to capture, and how to wait for delivery.
 *
 * @param array<string, mixed> $options of Splat
 * @return array{\Closure(\Throwable): mixed, \Closure(): mixed}
 */
function start(string $sdk, string $url, string $folder, string $sentry, array $options = []): array
{
    if ($sdk === 'splat') {
        require_once __DIR__ . '/../../../sdk/php/autoload.php';
        \Splat\init($options + [
            'repo' => 'o/r', 'token' => 't', 'api_url' => $url, 'root' => $folder, 'spool_dir' => "$folder/spool",
        ]);
        return [\Splat\capture_exception(...), static fn () => \Splat\flush(10)];
    }
    if ($sdk === 'sentry-php' || $sdk === 'composer') {
        require_once "$sentry/vendor/autoload.php";
    }
    if ($sdk === 'sentry-php') {
        \Sentry\init(['dsn' => str_replace('http://', 'http://key@', $url) . '/1']);
        return [\Sentry\captureException(...), static fn () => null];
    }
    $log = static fn (\Throwable $error) => error_log($error->getMessage() . "\n" . $error->getTraceAsString());
    return [$log, static fn () => null];
}
