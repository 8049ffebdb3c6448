<?php

declare(strict_types=1);

namespace Splat\Tests\Redact;

use PHPUnit\Framework\TestCase;
use Splat\Redact\Redact;

/** X10, X11 over a whole report: each part in its mode, what the SDK wrote itself untouched. */
final class ReportsTest extends TestCase
{
    private const SECRET = 'hunter2hunter2';
    private const MARK = '[REDACTED]';

    private static function report(): array
    {
        $secret = self::SECRET;
        return [
            'schema' => 'splat-report/1', 'id' => '4242424242424242' . str_repeat('0', 16),
            'time' => '2026-11-21T07:00:00.123Z', 'runtime' => 'php', 'signature' => '4242424242424242',
            'trace_id' => str_repeat('4', 32), 'root' => '/app', 'release' => str_repeat('a', 40),
            'sdk' => ['name' => 'splat-php', 'version' => '0.1.0'],
            'dependencies' => ['firebase/php-jwt' => '2.1', 'acme/session-token' => '1.0'],
            'exceptions' => [[
                'type' => 'Shop\\Oops', 'message' => "login failed: password=$secret", 'relation' => 'surfaced',
                'parent' => null,
                'frames' => [[
                    'path' => 'shop/Cart.php', 'line' => 42, 'column' => 5, 'function' => 'Cart->total', 'in_app' => true,
                    'source' => "\$password = \"$secret\";",
                    'pre_context' => ['$token = $request->token;', "'api_key' => '$secret',"],
                    'post_context' => ['if ($password === $other) {'],
                    'locals' => ['password' => $secret, 'token' => 'NULL', 'item' => "password=$secret", 'n' => '3'],
                ]],
            ]],
            'logs' => [['time' => '2026-11-21T07:00:00.000Z', 'level' => 'info', 'message' => "secret: $secret"]],
            'breadcrumbs' => [['message' => "GET /?token=$secret", 'data' => ['api_key' => $secret, 'n' => 1]]],
            'request' => [
                'method' => 'POST', 'route' => '/login', 'path' => "/login?code=$secret",
                'query' => ['code' => $secret, 'page' => '2', '7' => 'seven'],
                'headers' => ['Cookie' => "a=$secret", 'Accept' => '*/*', 'X-Api-Key' => $secret],
                'body' => "{\"password\": \"$secret\"}",
            ],
            'contexts' => ['order' => ['card_number' => $secret, 'id' => 5], 'session' => ['x' => $secret], 'list' => []],
            'tags' => ['auth_token' => $secret, 'plan' => 'free'],
            'occurrences' => ['count' => 1, 'first_seen' => '2026-11-21T07:00:00.123Z'],
            'my_password' => $secret,
            'mechanism' => ['type' => 'laravel', 'handled' => false],
        ];
    }

    public function testNothingSecretIsLeftAndTheRestIsAsItWas(): void
    {
        $given = self::report();
        $made = Redact::report($given);
        $this->assertStringNotContainsString(self::SECRET, var_export($made, true));
        $same = ['schema', 'id', 'time', 'runtime', 'signature', 'trace_id', 'root', 'release', 'sdk', 'dependencies'];
        foreach ([...$same, 'occurrences', 'mechanism'] as $name) {
            $this->assertEquals($given[$name], $made[$name], $name);
        }
        [$frame, $before] = [$made['exceptions'][0]['frames'][0], $given['exceptions'][0]['frames'][0]];
        foreach (['path', 'line', 'column', 'function', 'in_app', 'post_context'] as $name) {
            $this->assertSame($before[$name], $frame[$name], $name);
        }
        $this->assertSame('$password = "[REDACTED]";', $frame['source']);
        $this->assertSame(['$token = $request->token;', "'api_key' => '[REDACTED]',"], $frame['pre_context']);
        $locals = ['password' => self::MARK, 'token' => 'NULL', 'item' => 'password=[REDACTED]', 'n' => '3'];
        $this->assertSame($locals, $frame['locals']);
        $this->assertSame(['code' => self::MARK, 'page' => '2', 7 => 'seven'], $made['request']['query']);
        $this->assertEquals(
            ['order' => ['card_number' => self::MARK, 'id' => 5], 'session' => self::MARK, 'list' => []],
            $made['contexts'],
        );
    }

    public function testShapesSayWhatATellingLocalIs(): void
    {
        $report = ['exceptions' => [['type' => 'E', 'frames' => [['path' => 'a', 'locals' => ['password' => 'string(3)']]]]]];
        $shown = Redact::report($report, [], true)['exceptions'][0]['frames'][0]['locals'];
        $this->assertSame(['password' => 'string(3)'], $shown);
        $shown = Redact::report($report)['exceptions'][0]['frames'][0]['locals'];
        $this->assertSame(['password' => self::MARK], $shown);
    }

    public function testAnOwnFieldThatIsNotInItsFormIsText(): void
    {
        $report = ['signature' => 'password=hunter2', 'time' => "password=hunter2", 'id' => ['password' => 'hunter2']];
        $this->assertStringNotContainsString('hunter2', var_export(Redact::report($report), true));
    }

    public function testAMappingWhoseKeysAreNumbersIsNoList(): void
    {
        $report = ['tags' => ['api_key', 'one'], 'breadcrumbs' => [['data' => ['password', 'two']]], 'contexts' => ['token', 'three']];
        $this->assertSame($report, Redact::report($report));
        $this->assertSame(['a' => ['token', self::MARK]], Redact::report(['contexts' => ['a' => ['token', 'three']]])['contexts']);
    }

    public function testUsersNamesCountEverywhere(): void
    {
        $report = ['tags' => ['shoe_size' => '46'], 'logs' => [['message' => 'shoeSize=46']], 'contexts' => ['a' => ['shoe size' => 46]]];
        $this->assertStringContainsString('46', var_export(Redact::report($report), true));
        $this->assertStringNotContainsString('46', var_export(Redact::report($report, ['shoe size']), true));
    }

    public function testAReportOfAnyShapeIsRedacted(): void
    {
        mt_srand(11);
        $keys = ['frames', 'locals', 'headers', 'query', 'message', 'name', 'value', 'data', 'x', 0, 1, 'exceptions', 'tags'];
        $any = static function (int $depth) use (&$any, $keys): mixed {
            $made = [];
            for ($left = $depth > 4 ? 0 : mt_rand(0, 3); $left > 0; $left--) {
                $made[$keys[mt_rand(0, count($keys) - 1)]] = $any($depth + 1);
            }
            $leaves = [null, true, 7, 1.5, "a\xFF", ['password' => self::SECRET], (object) ['token' => self::SECRET . '1'],
                new \DateTimeImmutable('2026-11-21'), fopen('php://memory', 'r'), $made, $made, (object) $made];
            return $leaves[mt_rand(0, count($leaves) - 1)];
        };
        for ($round = 0; $round < 800; $round++) {
            $report = [];
            foreach (array_keys(self::report()) as $key) {
                if (mt_rand(0, 2) === 0) {
                    $report[$key] = $any(0);
                }
            }
            $this->assertStringNotContainsString(self::SECRET, var_export(Redact::report($report), true));
        }
    }

    public function testObjectsBecomePlainWithoutRunningTheirCode(): void
    {
        $hostile = new class () implements \JsonSerializable, \IteratorAggregate {
            public string $password = 'hunter2hunter2';

            public function __toString(): string
            {
                throw new \RuntimeException('asked');
            }

            public function jsonSerialize(): mixed
            {
                throw new \RuntimeException('asked');
            }

            public function getIterator(): \Iterator
            {
                throw new \RuntimeException('asked');
            }

            public function __get(string $name): mixed
            {
                throw new \RuntimeException('asked');
            }
        };
        $circle = new \stdClass();
        $circle->again = $circle;
        $array = [1];
        $array[1] = &$array;
        $made = Redact::value([
            'a' => $hostile, 'b' => \Splat\Outcome::Later, 'c' => $circle, 'd' => new \DateTime('2026-11-21 07:00:00 UTC'),
            'e' => "\xFF", 'f' => NAN, 'g' => static fn (): int => 1, 'h' => -INF,
        ]);
        $this->assertMatchesRegularExpression('/^JsonSerializable@anonymous object\z/', $made['a']);
        $this->assertSame('Splat\\Outcome::Later', $made['b']);
        $this->assertSame(['again' => '[cycle]'], $made['c']);
        $this->assertSame('2026-11-21T07:00:00.000000+00:00', $made['d']);
        $this->assertSame(["\u{FFFD}", 'NaN', 'Closure object', '-Infinity'], [$made['e'], $made['f'], $made['g'], $made['h']]);
        $this->assertLessThan(20_000, strlen(var_export(Redact::value($array), true)));
    }

    public function testVeryDeepAndVeryWideValuesEnd(): void
    {
        $deep = [];
        for ($depth = 0; $depth < 10_000; $depth++) {
            $deep = [$deep];
        }
        $this->assertStringContainsString('truncated', var_export(Redact::value($deep), true));
        $wide = Redact::value(array_fill(0, 200, array_fill(0, 200, 'some text')));
        $this->assertLessThanOrEqual(101, count($wide));
    }
}
