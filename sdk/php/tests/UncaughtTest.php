<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;

/** What nobody caught is reported, and PHP does with it what it did: words, exit code, `error_get_last()`. */
final class UncaughtTest extends TestCase
{
    private string $folder;

    protected function setUp(): void
    {
        $this->folder = Folders::make();
    }

    protected function tearDown(): void
    {
        Folders::remove($this->folder);
    }

    /** @return array<string, array{string, list<string>}> a program without its start, and what is reported of it */
    public static function programs(): array
    {
        return [
            'an exception' => ["function f() {\n throw new LogicException('no');\n}\nf();", ['LogicException: no']],
            'with a cause' => [
                "try {\n throw new TypeError('in');\n} catch (TypeError \$e) {\n throw new LogicException('out', 0, \$e);\n}",
                ['LogicException: out'],
            ],
            'an error' => ["nosuch();", ['Error: Call to undefined function nosuch()']],
            'in a shutdown function' => [
                "register_shutdown_function(function () {\n throw new DomainException('late');\n});",
                ['DomainException: late'],
            ],
            'in a destructor' => [
                "class D { function __destruct() {\n throw new DomainException('gone'); } }\n\$d = new D();\nunset(\$d);",
                ['DomainException: gone'],
            ],
            'in a fiber' => [
                "(new Fiber(function () {\n throw new DomainException('fibre');\n}))->start();",
                ['DomainException: fibre'],
            ],
            'code that is none' => [
                "file_put_contents(__DIR__ . '/bad.php', '<?php f(');\ninclude __DIR__ . '/bad.php';",
                ["ParseError: Unclosed '('"],
            ],
            'code that cannot be' => [
                "file_put_contents(__DIR__ . '/bad.php', '<?php class A {} class A {}');\ninclude __DIR__ . '/bad.php';",
                ['Fatal error: Cannot declare class A, because the name is already in use'],
            ],
            'memory' => [
                "ini_set('memory_limit', '8M');\n\$all = [];\nwhile (true) {\n \$all[] = str_repeat('x', 50000);\n}",
                ['Fatal error: Allowed memory size of 8388608 bytes exhausted (tried to allocate'],
            ],
            'time' => ["set_time_limit(1);\nwhile (true) {\n}", ['Fatal error: Maximum execution time of 1 second exceeded']],
            'an error of the user' => ["trigger_error('stop', E_USER_ERROR);", ['Fatal error: stop']],
            'a warning' => ["echo \$nothing;\ntrigger_error('w', E_USER_WARNING);", []],
            'a handler of the app, before' => [
                "/*before*/set_exception_handler(function (\$e) {\n echo 'mine: ', \$e->getMessage();\n});/**/\n"
                . "throw new LogicException('to both');",
                ['LogicException: to both'],
            ],
            'that fails' => [
                "/*before*/function h(\$e) {\n throw new DomainException('worse');\n}\nset_exception_handler('h');/**/\n"
                . "throw new LogicException('first');",
                ['LogicException: first'],
            ],
            'taken away' => [
                "set_exception_handler(null);\nfunction g() {\n throw new LogicException('bare');\n}\ng();",
                ['LogicException: bare'],
            ],
            'and another in a shutdown function' => [
                "register_shutdown_function(function () {\n throw new DomainException('late');\n});\n"
                . "throw new LogicException('no');",
                ['LogicException: no', 'DomainException: late'],
            ],
            'in a session that PHP writes at the end' => [
                "class S extends SessionHandler { function open(\$p, \$n): bool { return true; }"
                . " function close(): bool { return true; } function read(\$i): string { return ''; }"
                . " function write(\$i, \$d): bool {\n throw new DomainException('full'); } }\n"
                . "session_set_save_handler(new S(), true);\nsession_id('x');\nsession_start(['use_cookies' => 0]);",
                ['DomainException: full'],
            ],
            'with next to no memory left' => [
                "ini_set('memory_limit', (string) memory_get_usage(true));\nthrow new LogicException('tight');",
                ['LogicException: tight'],
            ],
            'where a loader refuses what it does not know' => [
                "spl_autoload_register(function (\$c) {\n throw new DomainException(\$c);\n}, true, true);\n"
                . "throw new LogicException('here');",
                ['LogicException: here'],
            ],
            'exit' => ["echo 'bye';\nexit(7);", []],
            'a message that is none' => [
                "class Odd extends Exception { function __construct() {\n \$this->message = new class { function __toString(): string {"
                . " echo 'CALLED'; return 'x'; } };\n} }\ntry {\n throw new Odd();\n} catch (Odd \$e) {\n captured(\$e);\n}",
                ['Odd: <class@anonymous>'],
            ],
        ];
    }

    /**
     * @dataProvider programs
     * @param list<string> $expected
     */
    public function testItIsReportedAndStaysAsItWas(string $text, array $expected): void
    {
        [$before, $behind] = preg_match('~/\*before\*/(.*)/\*\*/~s', $text, $match)
            ? [$match[1], str_replace($match[0], '', $text)]
            : ['', $text];
        $last = "register_shutdown_function(function () {\n echo json_encode(error_get_last()['message'] ?? null);\n});";
        $start = 'require ' . var_export(dirname(__DIR__) . '/autoload.php', true) . '; '
            . "\\Splat\\init(['transport' => 'file', 'folder' => 'out', 'spool_dir' => 'spool', 'root' => __DIR__]); "
            . 'function captured($e) { \Splat\capture_exception($e); }';
        $none = 'function captured($e) {}';
        $ran = [];
        foreach (['with' => $start, 'without' => $none] as $name => $line) {
            $settings = ['display_errors=1', 'log_errors=1', 'error_log=log.txt', 'memory_limit=128M'];
            @unlink("$this->folder/log.txt");
            $program = Program::run("<?php $before\n$line\n$last\n$behind\n", $this->folder, $settings);
            $log = (string) @file_get_contents("$this->folder/log.txt");
            $log = preg_replace('/^\[[^\]]+\] /m', '', $log);
            $ran[$name] = [$program->code, $program->output, $program->errors, $log];
        }
        self::assertSame($ran['without'], $ran['with']);
        $told = [];
        foreach (glob("$this->folder/out/*.json") ?: [] as $file) {
            $report = json_decode((string) file_get_contents($file), true);
            $told[] = $report['exceptions'][0]['type'] . ': ' . $report['exceptions'][0]['message'];
        }
        self::assertCount(count($expected), $told, implode("\n", $told));
        usort($told, static fn (string $a, string $b) => array_search($a, $expected, true) <=> array_search($b, $expected, true));
        foreach ($expected as $index => $each) {
            self::assertStringStartsWith($each, $told[$index]);
        }
    }

    public function testWhereAllIsPreloaded(): void
    {
        $root = var_export(dirname(__DIR__), true);
        file_put_contents("$this->folder/preload.php", "<?php foreach (['Start', 'Client', 'Warn', 'functions'] as \$name)"
            . " { opcache_compile_file($root . \"/src/\$name.php\"); }");
        $text = "<?php require $root . '/autoload.php'; \\Splat\\init(['transport' => 'file', 'folder' => 'out',"
            . " 'spool_dir' => __DIR__ . '/spool', 'root' => __DIR__ . \"\\0\"]);\nthrow new LogicException('no');";
        $preload = ["opcache.preload=$this->folder/preload.php", 'opcache.preload_user=root', 'opcache.enable_cli=1'];
        $program = Program::run($text, $this->folder, [...$preload, 'display_errors=1', 'log_errors=0']);
        self::assertStringContainsString('Uncaught LogicException: no', $program->output);
        self::assertCount(1, glob("$this->folder/out/*.json") ?: []);
    }

    public function testWhatIsPrintedHasTheSameSignature(): void
    {
        $text = "<?php\nrequire " . var_export(dirname(__DIR__) . '/autoload.php', true) . ";\n"
            . "\\Splat\\init(['transport' => 'file', 'folder' => 'out' . \$argv[1], 'spool_dir' => 'spool' . \$argv[1],\n"
            . " 'root' => __DIR__, 'integrations' => \$argv[1]]);\n"
            . "class K {\n function go(\$x) {\n try {\n array_map(fn (\$y) =>\n self::in(\$y), [\$x]);\n }"
            . " catch (Exception \$e) {\n throw new RuntimeException('out in : of', 0, \$e);\n }\n }\n"
            . " static function in(\$y) {\n throw new LogicException(\"one\\ntwo\");\n }\n}\n(new K())\n->go(1);\n";
        file_put_contents("$this->folder/both.php", $text);
        $found = [];
        foreach (['exceptions', 'fatal'] as $integration) {
            Program::runFile("$this->folder/both.php", $this->folder, [], [], [$integration]);
            $report = json_decode((string) file_get_contents((glob("$this->folder/out$integration/*.json") ?: [''])[0]), true);
            $place = static fn (array $frame): array => [$frame['path'], $frame['line'], $frame['function']];
            $exceptions = array_map(static fn (array $each): array => [
                $each['type'], $each['message'], array_map($place, $each['frames']),
            ], $report['exceptions']);
            $found[] = [$report['signature'], $exceptions];
        }
        self::assertSame($found[0], $found[1]);
        self::assertSame('K::in', end($found[0][1][1][2])[2]);
    }
}
