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
        $inside = false;
        foreach ($trace as $call) {
            $last = count($kept) - 1;
            $isOurs = str_starts_with($call['class'] ?? '', 'Splat\\');
            if (self::isOurs($call['file'] ?? '') && ($isOurs || $call['function'] === 'call_user_func')) {
                $inside = true;
                continue;
            }
            // A call of ours: what it called was called where it was called itself.
            if ($isOurs && $last >= 0 && ($inside || self::isOurs($kept[$last]['file'] ?? ''))) {
                $inside = false;
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
