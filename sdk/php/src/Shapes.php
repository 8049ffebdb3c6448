<?php

declare(strict_types=1);

namespace Splat;

use Splat\Redact\Names;

/**
 * F6: arguments of a call, where PHP keeps them (`zend.exception_ignore_args=Off`): by `shape` type, length and keys,
 * by `values` what is plain data. No code of the app is called, and no class is loaded.
 */
final class Shapes
{
    private const MOST = 50;
    private const MOST_KEYS = 20;
    private const KEY = '/^[A-Za-z_][0-9A-Za-z_.-]{0,49}$/D';
    private const MOST_TEXT = 5000;

    private Names $names;

    /** @param list<string> $redact names that the user added */
    public function __construct(private string $mode, array $redact)
    {
        $this->names = new Names($redact);
    }

    /**
     * @param array<string, mixed> $call an entry of a trace
     * @return array<string, string>|null name to what is shown of it
     */
    public function arguments(array $call): ?array
    {
        if ($this->mode === 'off') {
            return null;
        }
        $told = [];
        $names = self::parametersOf($call);
        foreach (array_slice(array_values($call['args']), 0, self::MOST) as $index => $value) {
            $name = $names[$index] ?? 'argument ' . ($index + 1);
            $told[$name] = $this->mode === 'values' ? self::written($value) : $this->shape($name, $value);
        }
        return $told;
    }

    private function shape(string $name, mixed $value): string
    {
        if ($value === null) {
            return 'nothing';
        }
        $type = self::typeName($value);
        if ($this->names->tells($name)) {
            return $type;
        }
        if (is_string($value)) {
            return "$type(" . Utf8::length(Utf8::head($value, 1_000_000)) . ')';
        }
        if (!is_array($value)) {
            return $type;
        }
        $isName = static fn (int|string $key): bool => preg_match(self::KEY, (string) $key) === 1;
        $keys = array_filter(array_slice(array_keys($value), 0, 1000), $isName);
        $more = count($keys) > self::MOST_KEYS ? ', ...' : '';
        $shown = implode(', ', array_slice($keys, 0, self::MOST_KEYS)) . $more;
        return "$type(" . count($value) . ')' . ($shown === '' ? '' : " {{$shown}}");
    }

    private static function written(mixed $value): string
    {
        if (is_object($value) || is_resource($value)) {
            return self::typeName($value);
        }
        $told = is_string($value) ? Utf8::head($value, self::MOST_TEXT) : self::plain($value, 0);
        $text = json_encode($told, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PARTIAL_OUTPUT_ON_ERROR);
        return Utf8::cut($text === false ? self::typeName($value) : $text, self::MOST_TEXT);
    }

    private static function plain(mixed $value, int $depth): mixed
    {
        if (!is_array($value)) {
            return is_object($value) || is_resource($value)
                ? self::typeName($value)
                : (is_string($value) ? Utf8::head($value, 1000) : $value);
        }
        if ($depth >= 4) {
            return 'array(' . count($value) . ')';
        }
        $made = [];
        foreach (array_slice($value, 0, self::MOST_KEYS, true) as $key => $each) {
            $made[is_string($key) ? Utf8::head($key, 200) : $key] = self::plain($each, $depth + 1);
        }
        return $made;
    }

    /** Never the place of an anonymous class. */
    private static function typeName(mixed $value): string
    {
        return Utf8::scrub(get_debug_type($value));
    }

    /**
     * @param array<string, mixed> $call
     * @return list<string>
     */
    private static function parametersOf(array $call): array
    {
        try {
            $class = $call['class'] ?? '';
            $known = $class === '' || class_exists($class, false) || trait_exists($class, false);
            if (!$known || str_contains((string) $call['function'], '{closure')) {
                return [];
            }
            $function = $class === ''
                ? new \ReflectionFunction($call['function'])
                : new \ReflectionMethod($class, $call['function']);
            return array_map(static fn (\ReflectionParameter $each) => $each->getName(), $function->getParameters());
        } catch (\ReflectionException) {
            return [];
        }
    }
}
