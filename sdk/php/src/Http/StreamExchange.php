<?php

declare(strict_types=1);

namespace Splat\Http;

/** By PHP's own streams, where the extension curl is not installed: a connection a request, and no proxies. */
final class StreamExchange implements Exchange
{
    private const CHUNK = 65_536;
    private const MAX_HEAD = 65_536;

    public function exchange(
        string $method,
        string $url,
        array $headers,
        ?string $body,
        float $seconds,
        float $connect,
        int $limit,
    ): Answer {
        $until = hrtime(true) / 1e9 + $seconds;
        $stream = self::connected($url, min($connect, $seconds));
        try {
            self::write($stream, self::request($method, $url, $headers, $body), $until);
            return self::answer($stream, $until, $limit, $method);
        } finally {
            fclose($stream);
        }
    }

    /** @return resource */
    private static function connected(string $url, float $seconds)
    {
        $parts = parse_url($url) ?: [];
        $isSecure = ($parts['scheme'] ?? '') === 'https';
        if ($isSecure && !extension_loaded('openssl')) {
            throw new Broken('HTTPS needs one of the extensions curl and openssl');
        }
        $port = $parts['port'] ?? ($isSecure ? 443 : 80);
        $address = ($isSecure ? 'tls://' : 'tcp://') . "{$parts['host']}:$port";
        $context = stream_context_create(['ssl' => ['verify_peer' => true, 'verify_peer_name' => true]]);
        $stream = @stream_socket_client($address, $error, $text, $seconds, STREAM_CLIENT_CONNECT, $context);
        if ($stream === false) {
            // What PHP says names the host, and nothing of what was to be sent.
            throw new Broken($error === 0 ? 'no trusted connection' : lcfirst((string) $text));
        }
        stream_set_blocking($stream, false);
        return $stream;
    }

    /** @param list<string> $headers */
    private static function request(string $method, string $url, array $headers, ?string $body): string
    {
        $parts = parse_url($url) ?: [];
        $port = isset($parts['port']) ? ":{$parts['port']}" : '';
        $target = ($parts['path'] ?? '/') . (isset($parts['query']) ? "?{$parts['query']}" : '');
        $lines = ["$method $target HTTP/1.1", "Host: {$parts['host']}$port", ...$headers, 'Connection: close'];
        if (function_exists('gzdecode')) {
            $lines[] = 'Accept-Encoding: gzip';
        }
        if ($body !== null) {
            $lines[] = 'Content-Length: ' . strlen($body);
        }
        return implode("\r\n", $lines) . "\r\n\r\n" . $body;
    }

    /** @param resource $stream */
    private static function write($stream, string $data, float $until): void
    {
        while ($data !== '') {
            $read = $except = null;
            $write = [$stream];
            self::select($read, $write, $until);
            $written = @fwrite($stream, $data, self::CHUNK);
            if ($written === false || ($written === 0 && feof($stream))) {
                throw new Broken('the connection was closed');
            }
            $data = substr($data, $written);
        }
    }

    /**
     * @param list<resource>|null $read
     * @param list<resource>|null $write
     */
    private static function select(?array $read, ?array $write, float $until): void
    {
        $left = $until - hrtime(true) / 1e9;
        $except = null;
        if ($left <= 0) {
            throw new Broken('no answer in time');
        }
        // Interrupted by a signal, or over: the caller looks at the time again.
        @stream_select($read, $write, $except, (int) $left, (int) (($left - (int) $left) * 1e6) + 1);
    }

    /** @param resource $stream */
    private static function answer($stream, float $until, int $limit, string $method): Answer
    {
        $data = '';
        do {
            // A 100 comes before the answer.
            $head = self::head($stream, $data, $until);
            $lines = explode("\r\n", $head);
            if (preg_match('~^HTTP/1\.[01] ([0-9]{3})~', $lines[0], $status) !== 1) {
                throw new Broken('the answer is not HTTP');
            }
        } while ($status[1] < 200);
        $headers = Answer::headersIn(array_slice($lines, 1));
        $hasBody = $method !== 'HEAD' && !in_array((int) $status[1], [204, 304], true);
        $body = $hasBody ? self::body($stream, $data, $headers, $until, $limit) : '';
        return new Answer((int) $status[1], $headers, self::unpacked($body, $headers, $limit));
    }

    /**
     * The head of an answer; `$data` is then what was read behind it.
     *
     * @param resource $stream
     */
    private static function head($stream, string &$data, float $until): string
    {
        while (($end = strpos($data, "\r\n\r\n")) === false) {
            $more = strlen($data) > self::MAX_HEAD ? null : self::read($stream, $until);
            if ($more === null) {
                throw new Broken('the answer ended too early');
            }
            $data .= $more;
        }
        $head = substr($data, 0, $end);
        $data = substr($data, $end + 4);
        return $head;
    }

    /**
     * More of an answer; null at its end.
     *
     * @param resource $stream
     */
    private static function read($stream, float $until): ?string
    {
        while (true) {
            $part = @fread($stream, self::CHUNK);
            if ($part === false || ($part === '' && feof($stream))) {
                return null;
            }
            if ($part !== '') {
                return $part;
            }
            self::select([$stream], null, $until);
        }
    }

    /**
     * @param resource $stream
     * @param array<string, string> $headers
     */
    private static function body($stream, string $data, array $headers, float $until, int $limit): string
    {
        if (strtolower($headers['transfer-encoding'] ?? '') === 'chunked') {
            return self::chunks($stream, $data, $until, $limit);
        }
        $length = $headers['content-length'] ?? null;
        if ($length !== null && preg_match('/^[0-9]{1,15}\z/', $length) !== 1) {
            throw new Broken('the answer is not HTTP');
        }
        $length = $length === null ? null : (int) $length;
        while ($length === null || strlen($data) < $length) {
            self::check($data, $limit);
            $more = self::read($stream, $until);
            if ($more === null) {
                break;
            }
            $data .= $more;
        }
        self::check($data, $limit);
        if ($length !== null && strlen($data) < $length) {
            throw new Broken('the answer ended too early');
        }
        return $length === null ? $data : substr($data, 0, $length);
    }

    /** @param resource $stream */
    private static function chunks($stream, string $data, float $until, int $limit): string
    {
        $made = '';
        $at = 0;
        while (true) {
            $end = strpos($data, "\r\n", $at);
            $digits = $end === false ? '' : substr($data, $at, strspn($data, '0123456789abcdefABCDEF', $at, 8));
            if ($digits === '' && ($end !== false || strlen($data) - $at > self::MAX_HEAD)) {
                throw new Broken('the answer is not HTTP');
            }
            $size = $end === false ? null : (int) hexdec($digits);
            if ($size === 0) {
                return $made;
            }
            if (strlen($made) + ($size ?? 0) > $limit) {
                throw new Broken("the answer is longer than $limit bytes");
            }
            if ($size === null || strlen($data) < $end + 2 + $size + 2) {
                $more = self::read($stream, $until);
                if ($more === null) {
                    throw new Broken('the answer ended too early');
                }
                // What was used is let go, so that no byte is moved more than once.
                $data = substr($data, $at) . $more;
                $at = 0;
                continue;
            }
            $made .= substr($data, $end + 2, $size);
            $at = $end + 2 + $size + 2;
        }
    }

    private static function check(string $data, int $limit): void
    {
        if (strlen($data) > $limit) {
            throw new Broken("the answer is longer than $limit bytes");
        }
    }

    /** @param array<string, string> $headers */
    private static function unpacked(string $body, array $headers, int $limit): string
    {
        if ($body === '' || strtolower($headers['content-encoding'] ?? '') !== 'gzip') {
            return $body;
        }
        $unpacked = @gzdecode($body, $limit);
        if ($unpacked === false) {
            throw new Broken('the answer cannot be unpacked, or is too long');
        }
        return $unpacked;
    }
}
