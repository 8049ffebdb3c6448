<?php

declare(strict_types=1);

namespace Splat\Redact;

use Splat\Mapping;
use Splat\Plain;

/** X10: the way through a report, which part is redacted how; and through values of any shape. */
final class Walk
{
    // What the SDK itself writes in exactly this form holds no secret; sixteen digits of a signature could pass for a
    // card.
    private const TIME = '/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?'
        . '(?:Z|[+-][0-9]{2}:[0-9]{2})\z/';
    private const VERSION = '/^[0-9]+\.[0-9A-Za-z.+!_-]{1,40}\z/';
    private const DIGITS = ['signature' => 16, 'id' => 32, 'trace_id' => 32];
    /** How a local that is nothing is shown: worth knowing, and no secret. */
    private const NOTHING = ['nothing', 'NULL', 'null'];

    /** By the name of a field, the method below that redacts it. */
    private const REPORT = [
        'exceptions' => 'exceptions', 'logs' => 'records', 'breadcrumbs' => 'records', 'request' => 'request',
        'root' => 'sourceText', 'dependencies' => 'versions', 'time' => 'time', 'occurrences' => 'times',
        'deploy' => 'times', 'signature' => 'digits', 'id' => 'digits', 'trace_id' => 'digits',
        'tags' => 'entries', 'contexts' => 'entries', 'sdk' => 'entries',
    ];
    private const EXCEPTION = [
        'type' => 'sourceText', 'message' => 'text', 'relation' => 'text', 'frames' => 'frames', 'parent' => 'text',
    ];
    private const FRAME = [
        'path' => 'sourceText', 'function' => 'sourceText', 'source' => 'sourceText', 'pre_context' => 'lines',
        'post_context' => 'lines', 'line' => 'text', 'column' => 'text', 'in_app' => 'text', 'locals' => 'locals',
    ];
    private const RECORD = [
        'message' => 'text', 'level' => 'text', 'logger' => 'text', 'category' => 'text', 'time' => 'time',
        'data' => 'entries',
    ];
    private const REQUEST = [
        'method' => 'text', 'route' => 'text', 'path' => 'text', 'body' => 'text', 'query' => 'query',
        'headers' => 'headers',
    ];
    private const TIMES = ['time' => 'time', 'first_seen' => 'time', 'last_seen' => 'time'];

    public readonly Texts $texts;

    /** @param list<string> $extra names that tell too */
    public function __construct(array $extra, private readonly bool $localsAreShapes)
    {
        $this->texts = new Texts($extra);
    }

    /**
     * @param array<array-key, mixed> $report
     * @return array<array-key, mixed>
     */
    public function report(array $report): array
    {
        return $this->fields($report, self::REPORT);
    }

    /** X10, fails closed. */
    public function value(mixed $value): mixed
    {
        try {
            return $this->plain(Plain::copy($value));
        } catch (\Throwable) {
            return Redact::MARK;
        }
    }

    private function plain(mixed $value): mixed
    {
        if (is_string($value)) {
            return $this->texts->hide($value, false);
        }
        if (Mapping::is($value)) {
            return Mapping::of($this->mapping((array) $value));
        }
        if (!is_array($value)) {
            return $value;
        }
        if (count($value) === 2 && is_string($value[0]) && $this->texts->names->tells($value[0])) {
            return [$this->texts->hide($value[0], false), self::hidden($value[1])];
        }
        return array_map($this->plain(...), $value);
    }

    /**
     * @param array<array-key, mixed> $entries
     * @return array<array-key, mixed>
     */
    private function mapping(array $entries): array
    {
        $labels = array_filter([$entries['name'] ?? null, $entries['key'] ?? null], 'is_string');
        $label = reset($labels);
        $labelled = is_string($label) && $this->texts->names->tells($label);
        $made = [];
        foreach ($entries as $key => $each) {
            $key = (string) $key;
            $told = $this->texts->names->tells($key) || ($labelled && $key === 'value');
            $made[$this->texts->hide($key, false)] = $told ? self::hidden($each) : $this->plain($each);
        }
        return $made;
    }

    /**
     * A mapping whose keys the report's schema names; others are X10's.
     *
     * @param array<array-key, mixed> $part
     * @param array<string, string> $methods
     * @return array<array-key, mixed>
     */
    private function fields(array $part, array $methods): array
    {
        $made = [];
        foreach ($part as $key => $value) {
            $key = (string) $key;
            if (isset($methods[$key])) {
                $made[$key] = $this->{$methods[$key]}($value, $key);
            } else {
                $shown = $this->value($value);
                $tells = $this->texts->names->tells($key);
                $made[$this->texts->hide($key, false)] = $tells ? self::hidden($shown) : $shown;
            }
        }
        return $made;
    }

    /** @param array<string, string> $methods */
    private function part(mixed $part, array $methods): mixed
    {
        return is_array($part) ? $this->fields($part, $methods) : $this->value($part);
    }

    /** @param array<string, string> $methods */
    private function parts(mixed $parts, array $methods): mixed
    {
        if (!Mapping::isList($parts)) {
            return $this->value($parts);
        }
        return array_map(fn (mixed $part): mixed => $this->part($part, $methods), $parts);
    }

    private function exceptions(mixed $value): mixed
    {
        return $this->parts($value, self::EXCEPTION);
    }

    private function frames(mixed $value): mixed
    {
        return $this->parts($value, self::FRAME);
    }

    private function records(mixed $value): mixed
    {
        return $this->parts($value, self::RECORD);
    }

    private function request(mixed $value): mixed
    {
        return $this->part($value, self::REQUEST);
    }

    private function times(mixed $value): mixed
    {
        return $this->part($value, self::TIMES);
    }

    /** A mapping of the schema, also where an array would be taken for a list. */
    private function entries(mixed $value): mixed
    {
        if (!is_array($value)) {
            return $this->value($value);
        }
        $shown = $this->value(Mapping::of($value));
        return is_string($shown) ? $shown : (array) $shown;
    }

    /** A text; should it be none, whatever it is. */
    private function text(mixed $value): mixed
    {
        return is_string($value) ? $this->texts->hide($value, false) : $this->value($value);
    }

    private function sourceText(mixed $value): mixed
    {
        return is_string($value) ? $this->texts->hide($value, true) : $this->value($value);
    }

    private function lines(mixed $lines): mixed
    {
        return Mapping::isList($lines) ? array_map($this->sourceText(...), $lines) : $this->value($lines);
    }

    private function headers(mixed $value): mixed
    {
        return $this->named($value, $this->texts->names->tells(...));
    }

    private function query(mixed $value): mixed
    {
        return $this->named($value, $this->texts->names->tellsInQuery(...));
    }

    /**
     * A mapping from names to texts.
     *
     * @param callable(string): bool $tells
     */
    private function named(mixed $texts, callable $tells): mixed
    {
        if (!is_array($texts)) {
            return $this->value($texts);
        }
        $made = [];
        foreach ($texts as $name => $value) {
            $name = (string) $name;
            $made[$this->texts->hide($name, false)] = $tells($name) ? self::hidden($value) : $this->text($value);
        }
        return $made;
    }

    private function locals(mixed $values): mixed
    {
        if (!is_array($values)) {
            return $this->value($values);
        }
        $tells = $this->localsAreShapes ? static fn (string $name): bool => false : $this->texts->names->tells(...);
        $nothing = array_filter($values, static fn (mixed $each): bool => in_array($each, self::NOTHING, true));
        return array_replace((array) $this->named($values, $tells), $nothing);
    }

    /** What is installed: the version of a package `…/jwt` is no token. */
    private function versions(mixed $values): mixed
    {
        if (!is_array($values)) {
            return $this->value($values);
        }
        $isVersion = static fn (mixed $each): bool => is_string($each) && preg_match(self::VERSION, $each) === 1;
        $named = (array) $this->named($values, $this->texts->names->tells(...));
        return array_replace($named, array_filter($values, $isVersion));
    }

    private function time(mixed $value): mixed
    {
        return is_string($value) && preg_match(self::TIME, $value) === 1 ? $value : $this->text($value);
    }

    private function digits(mixed $value, string $key): mixed
    {
        $isOurs = is_string($value) && strlen($value) === self::DIGITS[$key]
            && strspn($value, '0123456789abcdef') === strlen($value);
        return $isOurs ? $value : $this->text($value);
    }

    /** X10: of what is hidden, only that it is nothing, true, false or empty is told. */
    private static function hidden(mixed $value): mixed
    {
        $isEmpty = $value === '' || $value === [] || ($value instanceof \stdClass && (array) $value === []);
        return $value === null || is_bool($value) || $isEmpty ? $value : Redact::MARK;
    }
}
