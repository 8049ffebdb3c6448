<?php

declare(strict_types=1);

namespace Splat\Integrations;

/** Takes calls of the SDK off the trace of an exception that it passes on: an app may print it. */
final class Untrace
{
    /** The trace as it were if nothing of ours stood between the app's own calls. */
    public static function from(\Throwable $error): void
    {
        for ($each = $error, $left = 20; $each !== null && $left > 0; $each = $each->getPrevious(), $left--) {
            try {
                self::one($each);
            } catch (\ReflectionException) { // it stays as it is
            }
        }
    }

    private static function one(\Throwable $error): void
    {
        $property = new \ReflectionProperty($error instanceof \Error ? \Error::class : \Exception::class, 'trace');
        $trace = $property->getValue($error);
        $kept = [];
        foreach ($trace as $call) {
            $last = count($kept) - 1;
            // A call of ours: what it called was called where it was called itself.
            $isOurs = $last >= 0 && str_starts_with($call['class'] ?? '', 'Splat\\');
            if ($isOurs && self::isOurs($kept[$last]['file'] ?? '')) {
                unset($kept[$last]['file'], $kept[$last]['line']);
                // PHP has the place in front.
                $kept[$last] = array_intersect_key($call, ['file' => true, 'line' => true]) + $kept[$last];
                continue;
            }
            $kept[] = $call;
        }
        if (count($kept) < count($trace)) {
            $property->setValue($error, $kept);
        }
    }

    private static function isOurs(string $file): bool
    {
        return str_starts_with($file, dirname(__DIR__) . DIRECTORY_SEPARATOR);
    }
}
