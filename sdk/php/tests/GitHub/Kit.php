<?php

declare(strict_types=1);

namespace Splat\Tests\GitHub;

/** `kit.py` as a process: a GitHub on this machine, and a proxy that breaks what it is told to. */
final class Kit
{
    private static ?self $running = null;
    /** @var resource */
    private $process;
    /** @var array<int, resource> */
    private array $pipes;

    private function __construct()
    {
        $process = proc_open(['python3', __DIR__ . '/kit.py'], [['pipe', 'r'], ['pipe', 'w']], $pipes);
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

    public function call(string $call, mixed ...$given): mixed
    {
        fwrite($this->pipes[0], json_encode(['call' => $call] + $given, JSON_THROW_ON_ERROR) . "\n");
        $line = fgets($this->pipes[1]);
        if ($line === false) {
            throw new \RuntimeException('the kit ended: is emulate installed? Run scripts/setup-sdk-python');
        }
        $answer = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
        return isset($answer['error']) ? throw new \RuntimeException($answer['error']) : $answer['answer'];
    }

    private function end(): void
    {
        fclose($this->pipes[0]);
        proc_close($this->process);
    }
}
