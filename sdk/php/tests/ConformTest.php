<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Canonical;
use Splat\Conform;
use Splat\Issue;
use Splat\Limits;
use Splat\Redact\Redact;

/** What an app makes of a report fits the schema again. */
final class ConformTest extends TestCase
{
    private const WHOLE = [
        'schema' => 'splat-report/1', 'runtime' => 'php', 'id' => '00000000000000000000000000000000',
        'time' => '2026-11-21T07:00:00.123Z', 'signature' => '17310dbb56def269',
    ];

    public function testWhatFitsStays(): void
    {
        foreach (Vectors::of('issue', 'bodies') as $name => [$vector]) {
            if ($name !== 'everything-too-big' && count($vector['report']['exceptions']) <= 200) {
                $wanted = Canonical::write($vector['report']);
                $made = Canonical::write(Conform::report($vector['report']));
                if (!str_contains($name, 'unknown') && strlen($wanted) < 60_000) {
                    $this->assertSame($wanted, $made, $name);
                }
            }
        }
    }

    public function testWhatDoesNotFitGoesAndTheRestStays(): void
    {
        $made = Conform::report([
            'exceptions' => [
                2 => ['type' => 'A', 'frames' => [['path' => "a\0b", 'line' => 0, 'locals' => ['x' => 'y', 'z' => []]], ['line' => 1], 7]],
                3 => ['message' => 'no type'],
                4 => ['type' => 5, 'parent' => 1, 'relation' => 'cause', 'more' => 1],
            ],
            'logs' => ['a' => ['message' => 'x']], 'tags' => (object) ['n' => 7, 'o' => null, 'p' => 1.5],
            'request' => ['query' => ['a', 'b'], 'body' => 7, 'headers' => 'none'], 'time' => "2026-11-21T07:00:00.123Z\n",
            'release' => ['a'], 'mine' => ['kept' => [1]], 'occurrences' => ['count' => 0], 7 => 'gone', 'truncated' => ['a', 1, []],
        ] + self::WHOLE);
        $this->assertSame([
            'exceptions' => [
                ['type' => 'A', 'frames' => [['path' => "a\u{FFFD}b", 'locals' => ['x' => 'y']]]],
                ['type' => '5', 'parent' => null, 'relation' => 'cause'],
            ],
            'tags' => ['n' => '7', 'o' => null], 'request' => ['query' => ['a', 'b'], 'body' => '7'],
            'mine' => ['kept' => [1]], 'truncated' => ['a', '1'],
            'schema' => 'splat-report/1', 'runtime' => 'php', 'id' => str_repeat('0', 32), 'signature' => '17310dbb56def269',
        ], $made);
    }

    public function testWithoutAnExceptionThereIsNoReport(): void
    {
        foreach ([[], ['exceptions' => 7], ['exceptions' => []], ['exceptions' => [['message' => 'x']]]] as $report) {
            try {
                Conform::report($report);
                $this->fail('it was taken');
            } catch (\UnexpectedValueException $error) {
                $this->assertStringStartsWith('$.exceptions', $error->getMessage());
            }
        }
    }

    /** Random junk at every place of the schema: what is left is redacted, limited, rendered and read back. */
    public function testAnythingBecomesAnIssue(): void
    {
        mt_srand(5);
        $schema = json_decode((string) file_get_contents(Vectors::FOLDER . '/../report.schema.json'), true);
        $keys = array_keys($schema['properties']);
        foreach ($schema['$defs'] as $each) {
            $keys = [...$keys, ...array_keys($each['properties'] ?? [])];
        }
        $any = static function (int $depth) use (&$any, $keys): mixed {
            $made = [];
            for ($left = $depth > 3 ? 0 : mt_rand(0, 4); $left > 0; $left--) {
                $key = mt_rand(0, 3) ? $keys[mt_rand(0, count($keys) - 1)] : mt_rand(0, 3);
                $made[$key] = $any($depth + 1);
            }
            $leaves = [null, false, -7, 1.5, NAN, '', '0', "a\xFFb", 'now', 'cause', '2026-11-21T07:00:00.123Z', $made, $made,
                array_values($made), array_values($made), (object) $made, new \ArrayObject([1])];
            return $leaves[mt_rand(0, count($leaves) - 1)];
        };
        set_error_handler(static function (int $kind, string $text): never {
            throw new \ErrorException($text, 0, $kind);
        });
        try {
            for ($round = 0; $round < 600; $round++) {
                $frames = array_map(static fn (): mixed => $any(1), range(0, mt_rand(0, 3)));
                $report = ['exceptions' => [['type' => 'E', 'frames' => [...$frames, ['path' => 'a', 'in_app' => true]]], $any(0)]];
                foreach ($keys as $key) {
                    if (mt_rand(0, 4) === 0 && $key !== 'exceptions') {
                        $report[$key] = $any(0);
                    }
                }
                $made = Limits::report(Redact::report(Conform::report(self::WHOLE + $report)));
                $text = Canonical::write($made);
                $this->assertSame($text, Canonical::write(Canonical::readBack($text)));
                $this->assertStringStartsWith('[Splat] ', Issue::title($made));
                $this->assertStringContainsString("\n```json\n" . $text, Issue::body($made));
            }
        } finally {
            restore_error_handler();
        }
    }
}
