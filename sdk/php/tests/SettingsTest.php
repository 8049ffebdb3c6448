<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Options;
use Splat\Reading;
use Splat\Settings;
use Splat\Warn;

/** Options: argument, then composer.json, then variables, then defaults; a wrong one warns once and does no harm. */
final class SettingsTest extends TestCase
{
    private string $folder;
    private string $log;
    private string $before;

    protected function setUp(): void
    {
        $this->folder = Folders::make();
        $this->log = "$this->folder/log.txt";
        $this->before = (string) ini_set('error_log', $this->log);
        Warn::forget();
    }

    protected function tearDown(): void
    {
        ini_set('error_log', $this->before);
        Warn::forget();
        Folders::remove($this->folder);
    }

    /**
     * @param array<array-key, mixed> $arguments
     * @param array<string, string> $environ
     */
    private function read(array $arguments = [], array $environ = []): Options
    {
        return Settings::read($arguments + ['root' => $this->folder], $environ, $this->folder);
    }

    private function warnings(): string
    {
        return (string) @file_get_contents($this->log);
    }

    public function testTheFirstSourceCounts(): void
    {
        $own = ['service' => 'file', 'environment' => 'file', 'labels' => ['a', 'b']];
        file_put_contents("$this->folder/composer.json", json_encode(['extra' => ['splat' => $own]]));
        $environ = ['SPLAT_SERVICE' => 'variable', 'SPLAT_ENVIRONMENT' => 'v', 'SPLAT_SAMPLE_RATE' => '0.5'];
        $options = $this->read(['repo' => 'a/b', 'token' => 't', 'service' => 'argument', 'release' => null], $environ);
        self::assertSame(['argument', 'file', 0.5], [$options->service, $options->environment, $options->sampleRate]);
        self::assertSame(['a', 'b'], $options->labels);
        self::assertSame(['github', 'a/b', 2.0], [$options->transport, $options->repo, $options->shutdownTimeout]);
        self::assertSame('', $this->warnings());
    }

    /** @return array<string, array{string, mixed, mixed}> */
    public static function readings(): array
    {
        return [
            'an address' => ['repository', 'https://x:y@github.com/a/b.git', 'a/b'],
            'ssh' => ['repository', 'git@github.com:a/b.git', 'a/b'],
            'a url' => ['url', 'https://user:p~w@host:99/x/', 'https://user:p~w@host:99/x'],
            'the api in the clear' => ['apiUrl', 'http://example.com', null],
            'the api here' => ['apiUrl', 'http://localhost:4000/', 'http://localhost:4000'],
            'the api on 127' => ['apiUrl', 'http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
            'almost here' => ['apiUrl', 'http://localhost.evil.com', null],
            'no owner' => ['repository', 'b', null],
            'dots' => ['repository', 'a/..', null],
            'no text' => ['text', ['x'], null],
            'two lines' => ['text', "a\nb", null],
            'bad bytes' => ['text', "a\xff", null],
            'a flag' => ['flag', ' Yes ', true],
            'off' => ['flag', 0, false],
            'no flag' => ['flag', 2, null],
            'a share' => ['share', '0.25', 0.25],
            'too much' => ['share', 1.1, null],
            'no number' => ['share', NAN, null],
            'seconds' => ['seconds', 61, null],
            'ids' => ['numbers', '1, 22', [1, 22]],
            'no ids' => ['numbers', [-1], null],
            'a label' => ['trigger', 'SPLAT', null],
            'a long label' => ['label', str_repeat('é', 51), null],
            'classes' => ['ignored', '\A\B, KeyError', ['A\B', 'KeyError']],
            'no class' => ['ignored', ['a b'], null],
            'a time' => ['moment', '2026-11-21T07:00:00Z', '2026-11-21T07:00:00.000Z'],
            'an object' => ['moment', new \DateTimeImmutable('@0.5'), '1970-01-01T00:00:00.500Z'],
            'no time' => ['moment', '2026-13-01T07:00:00Z', null],
            'no function' => ['callback', 'nosuch_function', null],
            'a transport' => ['transport', 'Console', 'console'],
            'no transport' => ['transport', 'consol', null],
        ];
    }

    /** @dataProvider readings */
    public function testReading(string $method, mixed $value, mixed $expected): void
    {
        if ($expected === null) {
            $this->expectException(\InvalidArgumentException::class);
        }
        self::assertSame($expected, Reading::$method($value));
    }

    public function testAWrongOneWarnsOnceAndTheDefaultIsUsed(): void
    {
        for ($time = 0; $time < 2; $time++) {
            $options = $this->read(
                ['repo' => 'a/b', 'token' => "my secret\ntoken", 'sample_rate' => 7, 'environmnet' => 'x', 0 => 'y'],
                ['SPLAT_LOCALS' => 'shapes', 'SPLAT_TRANSPROT' => 'x', 'SPLAT_BEFORE_SEND' => 'system', 'SPLAT_TREE' => 'x'],
            );
        }
        self::assertSame([1.0, 'shape', '', 'none'], [$options->sampleRate, $options->locals, $options->token, $options->transport]);
        self::assertNull($options->beforeSend);
        $told = $this->warnings();
        self::assertSame(7, substr_count($told, 'splat: '), $told);
        foreach (['did you mean environment?', 'did you mean shape?', 'did you mean SPLAT_TRANSPORT?', "no option '0'"] as $each) {
            self::assertStringContainsString($each, $told);
        }
        self::assertStringNotContainsString('my secret', $told);
    }

    public function testATokenIsNeverShown(): void
    {
        $token = 'ghp_' . str_repeat('a1', 18);
        $options = $this->read(['repo' => $token, 'token' => $token]);
        self::assertStringNotContainsString('a1a1', $this->warnings() . print_r($options, true));
    }

    public function testAFileThatCannotBeReadWarns(): void
    {
        file_put_contents("$this->folder/composer.json", '{"extra": {"splat": ');
        $this->read(['url' => 'https://example.com']);
        self::assertStringContainsString('composer.json cannot be read', $this->warnings());
        self::assertSame('http', $this->read(['url' => 'https://example.com'])->transport);
    }

    public function testTheReleaseIsThatOfThePlatformOrOfGit(): void
    {
        $commit = str_repeat('ab12', 10);
        self::assertSame($commit, $this->read([], ['GITHUB_SHA' => strtoupper($commit)])->release);
        mkdir("$this->folder/.git/refs/heads", 0700, true);
        file_put_contents("$this->folder/.git/HEAD", "ref: refs/heads/main\n");
        file_put_contents("$this->folder/.git/packed-refs", "# pack\n$commit refs/heads/main\n");
        self::assertSame($commit, $this->read()->release);
        file_put_contents("$this->folder/.git/refs/heads/main", strrev($commit) . "\n");
        self::assertSame(strrev($commit), $this->read()->release);
        file_put_contents("$this->folder/.git/HEAD", "ref: ../../../../../../etc/passwd\n");
        self::assertSame('', $this->read()->release);
    }

    public function testEveryOptionHasAProperty(): void
    {
        foreach (array_keys(Options::TABLE) as $name) {
            $property = lcfirst(str_replace('_', '', ucwords($name, '_')));
            self::assertTrue(property_exists(Options::class, $property), $name);
        }
    }
}
