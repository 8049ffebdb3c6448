<?php

declare(strict_types=1);

namespace Splat\Tests\GitHub;

/** The Python SDK's `tests/github_kit` as a process: a GitHub on this machine, and proxies that break what they are told to. */
final class Kit
{
    private static ?self $running = null;
    /** @var resource */
    private $process;
    /** @var array<int, resource> */
    private array $pipes;
    private ?string $bare = null;

    private function __construct()
    {
        $command = ['python3', '-m', 'tests.github_kit'];
        $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w']], $pipes, dirname(__DIR__, 3) . '/python');
        if ($process === false) {
            throw new \RuntimeException('python3 does not run');
        }
        [$this->process, $this->pipes] = [$process, $pipes];
    }

    /** One for all tests of a run. */
    public static function running(): self
    {
        if (self::$running === null) {
            self::$running = new self();
            register_shutdown_function(static fn () => self::$running->end());
        }
        return self::$running;
    }

    /** @return array{int, string} number and address of a new proxy */
    public function proxy(): array
    {
        return $this->ask(['start' => 'proxy']);
    }

    /** The address of a plain server, which tells what it was asked. */
    public function bare(): string
    {
        return $this->bare ??= $this->ask(['start' => 'bare'])[1];
    }

    /** What the emulator is asked for, or the proxy of this number. */
    public function call(string $call, array $named, ?int $on = null): mixed
    {
        return $this->ask(['call' => $call, 'named' => (object) $named] + ($on === null ? [] : ['on' => $on]));
    }

    private function ask(array $wanted): mixed
    {
        fwrite($this->pipes[0], json_encode($wanted, JSON_THROW_ON_ERROR) . "\n");
        $line = fgets($this->pipes[1]);
        if ($line === false) {
            throw new \RuntimeException('the kit ended: is emulate installed? Run scripts/setup-sdk-python');
        }
        $answer = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
        return isset($answer['error']) ? throw new \RuntimeException($answer['error']) : $answer['answer'];
    }

    /** False once the tests are over, and their objects are taken down one by one. */
    public function runs(): bool
    {
        return is_resource($this->pipes[0]);
    }

    private function end(): void
    {
        fclose($this->pipes[0]);
        proc_close($this->process);
    }
}
