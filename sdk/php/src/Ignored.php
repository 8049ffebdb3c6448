<?php

declare(strict_types=1);

namespace Splat;

/** The option `ignore`: names of classes of exceptions, with their namespace or without; subclasses too. */
final class Ignored
{
    /** @param list<string> $names */
    public static function is(\Throwable $error, array $names): bool
    {
        if ($names === []) {
            return false;
        }
        $classes = [];
        foreach ([$error::class, ...array_values(class_parents($error) ?: [])] as $class) {
            $classes[strtolower($class)] = true;
            $classes[strtolower(substr((string) strrchr("\\$class", '\\'), 1))] = true;
        }
        foreach ($names as $name) {
            // By an interface, too.
            if (isset($classes[strtolower($name)]) || is_a($error, $name)) {
                return true;
            }
        }
        return false;
    }
}
