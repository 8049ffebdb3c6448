<?php

declare(strict_types=1);

namespace Splat;

/** What a report says of a request (rule R7). */
final class Request
{
    /** Bytes; what is longer would be cut before it is redacted anyway (rule X11). */
    private const MOST_BODY = 400_004;
    private const MOST_FIELDS = 200;

    /**
     * The request as a report holds it; the three closures are asked only when the user wants what they give.
     *
     * @param \Closure(): array<array-key, mixed> $query
     * @param \Closure(): array<array-key, mixed> $headers name to value, or to a list of values
     * @param \Closure(): mixed $body
     * @return array<string, mixed>
     */
    public static function describe(
        string $method,
        string $path,
        string $route,
        string $traceparent,
        \Closure $query,
        \Closure $headers,
        \Closure $body,
    ): array {
        $told = ['method' => Utf8::head($method, 100), 'path' => Utf8::head($path, 8_000)];
        if ($route !== '') {
            $told['route'] = Utf8::head($route, 8_000);
        }
        $traceId = self::traceOf($traceparent);
        if ($traceId !== '') {
            $told['trace_id'] = $traceId;
        }
        $options = Client::current()?->options();
        if ($options?->includeQuery) {
            $told['query'] = (object) self::texts($query());
        }
        if ($options?->includeHeaders) {
            $told['headers'] = (object) self::texts($headers());
        }
        if ($options?->includeBody) {
            $held = self::body($body());
            $told += $held === '' ? [] : ['body' => $held];
        }
        return $told;
    }

    /** @return array<string, mixed> the one that this process answers; empty outside of a server */
    public static function ofProcess(string $route = ''): array
    {
        $method = self::server('REQUEST_METHOD');
        if ($method === '' || in_array(PHP_SAPI, ['cli', 'phpdbg', 'embed'], true)) {
            return [];
        }
        return self::describe(
            $method,
            explode('?', self::server('REQUEST_URI'), 2)[0],
            $route,
            self::server('HTTP_TRACEPARENT'),
            static fn () => $_GET,
            self::headers(...),
            static fn () => $_POST ?: (string) @file_get_contents('php://input', false, null, 0, self::MOST_BODY),
        );
    }

    /** @return array<string, string> the headers among the server's variables, as `Accept-Language` and value */
    private static function headers(): array
    {
        $found = [];
        foreach ($_SERVER as $name => $value) {
            $name = (string) $name;
            $bare = str_starts_with($name, 'HTTP_') ? substr($name, 5) : $name;
            if ($bare !== $name || in_array($name, ['CONTENT_TYPE', 'CONTENT_LENGTH'], true)) {
                $found[ucwords(strtolower(strtr($bare, '_', '-')), '-')] = is_string($value) ? $value : '';
            }
        }
        return array_filter($found, static fn (string $each) => $each !== '');
    }

    private static function server(string $name): string
    {
        $value = $_SERVER[$name] ?? '';
        return is_string($value) ? $value : '';
    }

    /** The trace id of a `traceparent` header, else an empty text. */
    private static function traceOf(string $traceparent): string
    {
        $form = '/^ *(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-/';
        return preg_match($form, substr($traceparent, 0, 80), $match) ? $match[1] : '';
    }

    /**
     * @param array<array-key, mixed> $fields
     * @return array<string, string>
     */
    private static function texts(array $fields): array
    {
        $told = [];
        foreach (array_slice($fields, 0, self::MOST_FIELDS, true) as $name => $value) {
            $texts = is_array($value) && array_is_list($value) ? array_filter($value, 'is_scalar') : null;
            $text = $texts !== null && count($texts) === count((array) $value)
                ? implode(', ', array_map('strval', $texts))
                : (is_scalar($value) ? (string) $value : http_build_query(is_array($value) ? $value : []));
            $told[Utf8::head((string) $name, 1000)] = Utf8::head($text, self::MOST_BODY);
        }
        return $told;
    }

    private static function body(mixed $held): string
    {
        $text = is_array($held) ? http_build_query($held) : (is_string($held) ? $held : '');
        $cut = strlen($text) > self::MOST_BODY ? Utf8::head($text, self::MOST_BODY) : $text;
        return Utf8::isValid($cut) ? $cut : 'bytes(' . strlen($text) . ')';
    }
}
