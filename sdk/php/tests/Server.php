<?php

declare(strict_types=1);

namespace Splat\Tests;

/** An app of `tests/apps` on PHP's own server, or on php-fpm: answers as they come over the wire. */
final class Server
{
    /** @var resource|null */
    private $process;
    private const START_SECONDS = 120.0;

    private int $port = 0;
    private string $socket = '';

    /** @param array<string, string> $environ */
    private function __construct(private string $script, private string $folder, private array $environ)
    {
    }

    /** @param array<string, string> $environ */
    public static function builtIn(string $script, string $folder, array $environ): self
    {
        $server = new self($script, $folder, $environ);
        $server->start([PHP_BINARY, '-d', 'display_errors=0', '-S', '127.0.0.1:0', $script]);
        return $server;
    }

    /** @param array<string, string> $environ */
    public static function fpm(string $program, string $script, string $folder, array $environ): self
    {
        $server = new self($script, $folder, $environ);
        $server->socket = "$folder/fpm.sock";
        $variables = '';
        foreach ($environ as $name => $value) {
            $variables .= "env[$name] = \"$value\"\n";
        }
        file_put_contents("$folder/fpm.conf", "[global]\nerror_log = $folder/fpm.log\n[www]\nlisten = $server->socket\n"
            . "pm = static\npm.max_children = 2\ncatch_workers_output = yes\nphp_admin_flag[display_errors] = off\n"
            . "php_admin_flag[log_errors] = on\n$variables" . (posix_geteuid() === 0 ? "user = root\ngroup = root\n" : ''));
        $server->start([$program, '-F', '-R', '-y', "$folder/fpm.conf"]);
        return $server;
    }

    /** @param list<string> $command */
    private function start(array $command): void
    {
        $log = ['file', "$this->folder/server.log", 'a'];
        $process = proc_open($command, [['file', '/dev/null', 'r'], $log, $log], $pipes, null, $this->environ + getenv());
        $this->process = $process === false ? null : $process;
        for ($until = microtime(true) + self::START_SECONDS; !$this->isThere(); usleep(20_000)) {
            if ($process === false || !proc_get_status($process)['running'] || microtime(true) > $until) {
                $this->stop();
                throw new \RuntimeException("$command[0] does not serve: " . file_get_contents("$this->folder/server.log"));
            }
        }
    }

    private function isThere(): bool
    {
        if ($this->socket === '') {
            // It says which port it was given, once it listens.
            $said = (string) file_get_contents("$this->folder/server.log");
            $this->port = preg_match('~Server \(http://127\.0\.0\.1:([0-9]+)\) started~', $said, $match) ? (int) $match[1] : 0;
            return $this->port > 0;
        }
        $client = @stream_socket_client("unix://$this->socket", $number, $words, 1);
        return $client !== false && fclose($client);
    }

    public function url(): string
    {
        return "http://127.0.0.1:$this->port/";
    }

    /** Status line, headers and body, without what tells when and by whom it was answered. */
    public function get(string $path): string
    {
        $answer = $this->socket === '' ? $this->http($path) : $this->fastCgi($path);
        $answer = (string) preg_replace('/^date:.*\r\n/mi', '', $answer);
        return str_replace("127.0.0.1:$this->port", 'here', $answer);
    }

    private function http(string $path): string
    {
        $client = stream_socket_client("tcp://127.0.0.1:$this->port", $number, $words, 60);
        assert($client !== false);
        stream_set_timeout($client, 120);
        fwrite($client, "GET $path HTTP/1.1\r\nHost: 127.0.0.1:$this->port\r\nConnection: close\r\n\r\n");
        return (string) stream_get_contents($client);
    }

    private function fastCgi(string $path): string
    {
        $parameters = [
            'GATEWAY_INTERFACE' => 'CGI/1.1', 'REQUEST_METHOD' => 'GET', 'SCRIPT_FILENAME' => $this->script,
            'SCRIPT_NAME' => '/index.php', 'REQUEST_URI' => $path, 'QUERY_STRING' => explode('?', "$path?", 3)[1],
            'SERVER_PROTOCOL' => 'HTTP/1.1', 'SERVER_NAME' => 'here', 'SERVER_PORT' => '80', 'HTTP_HOST' => 'here',
        ];
        $pairs = '';
        foreach ($parameters as $name => $value) {
            $pairs .= chr(strlen($name)) . pack('N', strlen($value) | 0x80000000) . $name . $value;
        }
        $client = stream_socket_client("unix://$this->socket", $number, $words, 60);
        assert($client !== false);
        stream_set_timeout($client, 120);
        fwrite($client, self::record(1, pack('nCx5', 1, 0)) . self::record(4, $pairs) . self::record(4, '') . self::record(5, ''));
        $answer = '';
        while (strlen($head = (string) fread($client, 8)) === 8) {
            $part = unpack('Cversion/Ctype/nid/nlength/Cpadding', $head);
            $body = '';
            for ($left = $part['length'] + $part['padding']; $left > 0; $left -= strlen($read)) {
                $read = (string) fread($client, $left);
                if ($read === '') {
                    break 2;
                }
                $body .= $read;
            }
            if ($part['type'] === 6) {
                $answer .= substr($body, 0, $part['length']);
            } elseif ($part['type'] === 3) { // the end of the answer, which need not be that of the script
                break;
            }
        }
        fclose($client);
        return $answer;
    }

    private static function record(int $type, string $body): string
    {
        return pack('CCnnCx', 1, $type, 1, strlen($body), 0) . $body;
    }

    public function stop(): void
    {
        if ($this->process !== null) {
            proc_terminate($this->process);
            proc_close($this->process);
            $this->process = null;
        }
    }
}
