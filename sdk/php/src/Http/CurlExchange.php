<?php

declare(strict_types=1);

namespace Splat\Http;

use Splat\Host;

/** By the extension curl: one connection for all requests, through the proxy that the environment names. */
final class CurlExchange implements Exchange
{
    private ?\CurlHandle $handle = null;
    private int $pid = 0;

    /** Whether PHP has curl, and a host allows all that is used of it. */
    public static function isThere(): bool
    {
        $used = ['init', 'reset', 'setopt_array', 'exec', 'errno', 'strerror', 'getinfo'];
        return array_filter($used, static fn (string $name): bool => !function_exists("curl_$name")) === [];
    }

    public function exchange(
        string $method,
        string $url,
        array $headers,
        ?string $body,
        float $seconds,
        float $connect,
        int $limit,
    ): Answer {
        $lines = [];
        $content = '';
        $handle = $this->handle();
        $options = [
            CURLOPT_URL => $url,
            CURLOPT_CUSTOMREQUEST => $method,
            // A large body is not asked for first: no "Expect: 100-continue".
            CURLOPT_HTTPHEADER => [...$headers, 'Expect:'],
            CURLOPT_TIMEOUT_MS => (int) max(1, $seconds * 1000),
            CURLOPT_CONNECTTIMEOUT_MS => (int) max(1, min($connect, $seconds) * 1000),
            CURLOPT_NOSIGNAL => true,
            CURLOPT_FOLLOWLOCATION => false,
            // On a connection that was open before, curl sends again what got no answer: an issue would be made twice.
            CURLOPT_FRESH_CONNECT => $method === 'POST',
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_ENCODING => 'gzip',
            CURLOPT_HEADERFUNCTION => static function (\CurlHandle $handle, string $line) use (&$lines): int {
                // Another head follows a 100; the last one counts.
                str_starts_with($line, 'HTTP/') ? $lines = [] : $lines[] = $line;
                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => static function (\CurlHandle $handle, string $part) use (&$content, $limit): int {
                $content .= $part;
                return strlen($content) > $limit ? 0 : strlen($part);
            },
        ];
        if ($body !== null) {
            $options[CURLOPT_POSTFIELDS] = $body;
        }
        $trusted = Host::variable('SSL_CERT_FILE');
        if (is_string($trusted) && $trusted !== '') {
            $options[CURLOPT_CAINFO] = $trusted;
        }
        curl_reset($handle);
        curl_setopt_array($handle, $options);
        if (curl_exec($handle) === false) {
            throw new Broken(self::named(curl_errno($handle), strlen($content) > $limit, $limit));
        }
        $status = (int) curl_getinfo($handle, CURLINFO_RESPONSE_CODE);
        return new Answer($status, Answer::headersIn(array_filter(array_map('trim', $lines))), $content);
    }

    private function handle(): \CurlHandle
    {
        // A forked child must not write into its parent's connection.
        if ($this->handle === null || $this->pid !== Host::process()) {
            $handle = curl_init();
            if ($handle === false) {
                throw new Broken('the extension curl does not work');
            }
            [$this->handle, $this->pid] = [$handle, Host::process()];
        }
        return $this->handle;
    }

    private static function named(int $error, bool $tooLong, int $limit): string
    {
        if ($tooLong) {
            return "the answer is longer than $limit bytes";
        }
        return match ($error) {
            CURLE_COULDNT_RESOLVE_HOST => 'the name does not resolve',
            CURLE_COULDNT_RESOLVE_PROXY => 'the name of the proxy does not resolve',
            CURLE_OPERATION_TIMEDOUT => 'no answer in time',
            CURLE_SSL_CACERT, 51, 77 => 'its certificate is not trusted',
            CURLE_PARTIAL_FILE => 'the answer ended too early',
            default => lcfirst((string) curl_strerror($error)),
        };
    }
}
