<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;

/** Real apps on real servers: errors are reported, and what is answered is byte for byte what it was. */
final class AppsTest extends TestCase
{
    private const FPM = ['/usr/sbin/php-fpm8.4', '/usr/sbin/php-fpm8.3', '/usr/sbin/php-fpm8.2', '/usr/sbin/php-fpm8.1'];

    private string $folder;
    /** @var list<Server> */
    private array $servers = [];

    protected function setUp(): void
    {
        $this->folder = Folders::make();
    }

    protected function tearDown(): void
    {
        foreach ($this->servers as $server) {
            $server->stop();
        }
        Folders::remove($this->folder);
    }

    /** @return array<string, array{string, list<string>, list<array<string, mixed>>, string}> */
    public static function apps(): array
    {
        $plain = ['/', '/crash?item=bag&password=hunter2', '/fatal', '/warning', '/none'];
        $plainErrors = [
            ['OutOfRangeException', 'price', null, '/crash'],
            ['Fatal error', '', null, '/fatal'],
        ];
        $slim = ['/', '/carts/1', '/carts/9', '/middleware', '/none'];
        $slimErrors = [
            ['OutOfBoundsException', 'total', '/carts/{id}', '/carts/9'],
            ['DomainException', 'Closure->{closure}', null, '/middleware'],
        ];
        $symfony = ['/', '/carts/1', '/carts/9', '/form', '/forbidden', '/none', '/api/9', '/typed', '/fatal', '/stream', '/part'];
        $symfonyErrors = [
            ['OutOfBoundsException', 'App\Shop::total', '/carts/{id}', '/carts/9'],
            ['TypeError', 'App\Shop::total', '/typed', '/typed'],
            ['Fatal error', '', '/fatal', '/fatal'],
            ['DomainException', 'App\Shop::App\{closure}', '/stream', '/stream'],
            ['RangeException', 'App\Shop->broken', '/part', '/part'],
        ];
        $laravel = ['/', '/carts/1', '/carts/9', '/unreported', '/ended', '/fatal', '/abort', '/none'];
        $laravelErrors = [
            ['OutOfBoundsException', 'App\Cart::total', '/carts/{id}', '/carts/9'],
            ['DomainException', 'Illuminate\Routing\RouteFileRegistrar->{closure}', '/ended', '/ended'],
            ['Fatal error', '', '/fatal', '/fatal'],
        ];
        $apps = [];
        foreach (['php -S' => false, 'php-fpm' => true] as $name => $fpm) {
            $apps["plain, $name"] = ['plain/index.php', $plain, $plainErrors, $fpm];
            $apps["slim, $name"] = ['slim/index.php', $slim, $slimErrors, $fpm];
            $apps["symfony, $name"] = ['symfony/public/index.php', $symfony, $symfonyErrors, $fpm];
            $apps["laravel, $name"] = ['laravel/public/index.php', $laravel, $laravelErrors, $fpm];
        }
        return $apps;
    }

    /**
     * @dataProvider apps
     * @param list<string> $paths
     * @param list<array{string, string, string|null, string}> $expected type, function, route and path of each report
     */
    public function testErrorsAreReportedAndAnswersStay(string $app, array $paths, array $expected, bool $fpm): void
    {
        $script = __DIR__ . "/apps/$app";
        $this->needs(explode('/', $app)[0]);
        [$with, $without] = [$this->serve($script, 'with', $fpm), $this->serve($script, 'without', $fpm)];
        foreach ($paths as $path) {
            self::assertSame($without->get($path), $with->get($path), $path);
        }
        $reports = $this->reports(count($expected));
        $told = array_map(static function (array $report): array {
            $frames = array_values(array_filter($report['exceptions'][0]['frames'], static fn ($frame) => $frame['in_app']));
            $request = $report['request'];
            $last = $frames[count($frames) - 1] ?? ['function' => null];
            return [$report['exceptions'][0]['type'], $last['function'], $request['route'] ?? null, $request['path']];
        }, $reports);
        self::assertSame($expected, $told);
        self::assertStringNotContainsString('hunter2', (string) json_encode($reports));
    }

    /**
     * @testWith ["symfony", "bin/console", "app:fail", "symfony console"]
     *           ["laravel", "artisan", "fail", "laravel"]
     */
    public function testACommandThatFails(string $app, string $program, string $command, string $mechanism): void
    {
        $this->needs($app);
        $ran = [];
        foreach (['with', 'without'] as $name) {
            $environ = $this->environ($name, []);
            foreach ([$command, 'no:such'] as $argument) {
                $file = __DIR__ . "/apps/$app/$program";
                $done = Program::runFile($file, "$this->folder/$name", ['display_errors=0'], $environ, [$argument]);
                $ran[$name][] = [$done->code, $done->output, $done->errors];
            }
        }
        self::assertSame($ran['without'], $ran['with']);
        [$report] = $this->reports(1);
        self::assertCount(1, $this->reports(1));
        self::assertSame('OutOfBoundsException', $report['exceptions'][0]['type']);
        self::assertSame($mechanism, $report['mechanism']['type']);
        self::assertArrayNotHasKey('request', $report);
    }

    public function testAJobOfLaravelsQueue(): void
    {
        $this->needs('laravel');
        $environ = $this->environ('with', []);
        $done = Program::runFile(__DIR__ . '/apps/laravel/artisan', $this->folder, [], $environ, ['work']);
        self::assertSame([0, '', ''], [$done->code, $done->output, $done->errors]);
        $reports = $this->reports(2);
        self::assertSame('OutOfBoundsException', $reports[0]['exceptions'][0]['type']);
        self::assertSame(['job' => '8'], $reports[0]['tags']);
        self::assertSame(1, $reports[1]['count']);
    }

    public function testAMessageThatWillNotBeTriedAgain(): void
    {
        $this->needs('symfony');
        $done = Program::runFile(__DIR__ . '/apps/messages.php', $this->folder, [], $this->environ('with', []));
        self::assertSame([0, 'done', ''], [$done->code, $done->output, $done->errors]);
        $told = array_map(static fn ($each) => $each['exceptions'][0]['type'] ?? $each['count'], $this->reports(2));
        sort($told);
        self::assertSame([1, 'UnexpectedValueException'], $told);
    }

    public function testOnFpmTheAnswerIsOutBeforeItsErrorIsDelivered(): void
    {
        mkdir("$this->folder/collector");
        $collected = "$this->folder/collected.txt";
        $collector = Server::builtIn(__DIR__ . '/apps/collector.php', "$this->folder/collector", ['COLLECTED' => $collected]);
        $this->servers[] = $collector;
        $environ = ['SPLAT_TRANSPORT' => 'http', 'SPLAT_URL' => $collector->url(), 'SPLAT_SHUTDOWN_TIMEOUT' => '30'];
        $server = $this->serve(__DIR__ . '/apps/plain/index.php', 'with', true, $environ);
        for ($time = 0; $time < 3; $time++) {
            self::assertStringContainsString('500', $server->get('/crash'));
            $time > 0 || self::assertFileDoesNotExist($collected);
            touch("$collected.go");
        }
        $lines = self::within60s(static fn () => explode("\n", (string) @file_get_contents($collected), 2), static fn ($each) => count($each) > 1);
        $posted = json_decode($lines[0], true);
        self::assertCount(1, $posted['reports'], 'the others are counted');
        self::assertSame('OutOfRangeException', $posted['reports'][0]['exceptions'][0]['type']);
    }

    private function needs(string $app): void
    {
        $needs = ['slim' => 'Slim', 'symfony' => 'Symfony/Bundle/FrameworkBundle', 'laravel' => 'Illuminate/Foundation'];
        if (isset($needs[$app]) && !is_dir("/usr/share/php/$needs[$app]")) {
            self::markTestSkipped("no $needs[$app] here");
        }
    }

    /** @return list<array<string, mixed>> */
    private function reports(int $wanted): array
    {
        // An answer may be there before its errors are delivered.
        $look = fn (): array => glob("$this->folder/with/out/*.json") ?: [];
        $texts = array_map('file_get_contents', self::within60s($look, static fn (array $files) => count($files) >= $wanted));
        return array_map(static fn ($text) => json_decode((string) $text, true, 512, JSON_THROW_ON_ERROR), $texts);
    }

    /**
     * What is seen once it is enough, or when the time is over.
     *
     * @template T
     * @param \Closure(): T $look
     * @param \Closure(T): bool $isEnough
     * @return T
     */
    private static function within60s(\Closure $look, \Closure $isEnough): mixed
    {
        for ($until = microtime(true) + 60.0; !$isEnough($seen = $look()) && microtime(true) < $until;) {
            usleep(20_000);
        }
        return $seen;
    }

    /** @param array<string, string> $more */
    private function serve(string $script, string $name, bool $fpm, array $more = []): Server
    {
        $environ = $this->environ($name, $more);
        if (!$fpm) {
            return $this->servers[] = Server::builtIn($script, "$this->folder/$name", $environ);
        }
        $programs = array_values(array_filter(self::FPM, 'is_executable'));
        if ($programs === []) {
            self::markTestSkipped('no php-fpm here');
        }
        return $this->servers[] = Server::fpm($programs[0], $script, "$this->folder/$name", $environ);
    }

    /**
     * @param array<string, string> $more
     * @return array<string, string> what an app runs in, in a folder of its own
     */
    private function environ(string $name, array $more): array
    {
        $folder = "$this->folder/$name";
        foreach (['', '/views', '/cache', '/log', '/out'] as $each) {
            mkdir("$folder$each", 0700);
        }
        $environ = $more + ['APP_STORAGE' => $folder, 'SPLAT_TRANSPORT' => 'file', 'SPLAT_FOLDER' => "$folder/out"];
        $environ += ['SPLAT_SPOOL_DIR' => "$folder/spool"] + ($name === 'without' ? ['SPLAT_OFF' => '1'] : []);
        foreach (['SERVICES', 'PACKAGES', 'CONFIG', 'ROUTES', 'EVENTS'] as $cache) {
            $environ["APP_{$cache}_CACHE"] = "$folder/cache/$cache.php";
        }
        return $environ;
    }
}
