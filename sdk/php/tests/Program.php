<?php

declare(strict_types=1);

namespace Splat\Tests;

/** A PHP program of its own: what it printed, and how it ended. */
final class Program
{
    public function __construct(
        public readonly int $code,
        public readonly string $output,
        public readonly string $errors,
        public readonly float $seconds,
    ) {
    }

    /**
     * @param list<string> $settings of php.ini
     * @param array<string, string> $environ
     */
    public static function run(string $text, string $folder, array $settings = [], array $environ = []): self
    {
        file_put_contents("$folder/program.php", $text);
        return self::runFile("$folder/program.php", $folder, $settings, $environ);
    }

    /**
     * @param list<string> $settings
     * @param array<string, string> $environ
     * @param list<string> $arguments
     */
    public static function runFile(
        string $file,
        string $folder,
        array $settings = [],
        array $environ = [],
        array $arguments = [],
        string $input = '',
    ): self {
        $options = array_merge(...array_map(static fn (string $each) => ['-d', $each], [...$settings, 'html_errors=0']));
        $pipes = [['pipe', 'r'], ['file', "$folder/out.txt", 'w'], ['file', "$folder/err.txt", 'w']];
        $began = microtime(true);
        $process = proc_open([PHP_BINARY, ...$options, $file, ...$arguments], $pipes, $ends, $folder, $environ + getenv());
        assert(is_resource($process));
        fwrite($ends[0], $input);
        fclose($ends[0]);
        $code = proc_close($process);
        $seconds = microtime(true) - $began;
        return new self($code, (string) file_get_contents("$folder/out.txt"), (string) file_get_contents("$folder/err.txt"), $seconds);
    }
}
