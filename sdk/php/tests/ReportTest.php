<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Canonical;
use Splat\Json;

/** W, R9: writing a report, and reading it back. */
final class ReportTest extends TestCase
{
    public function valid(): array
    {
        return Vectors::of('report', 'valid');
    }

    /** @dataProvider valid */
    public function testWrittenAsTheVectorsSay(array $vector): void
    {
        $text = Canonical::write($vector['report']);
        $this->assertSame($vector['expected'], $text);
        $this->assertSame($text, Canonical::write(Canonical::readBack($text)));
    }

    public function invalid(): array
    {
        return Vectors::of('report', 'invalid');
    }

    /** @dataProvider invalid */
    public function testRefusesWhatR9Refuses(array $vector): void
    {
        if ($vector['sdk']) {
            $this->expectException(\UnexpectedValueException::class);
            $this->expectExceptionMessageMatches('/^\$/');
        }
        $this->assertEquals(Json::arrays($vector['text']), Json::arrays(Canonical::write(Canonical::readBack($vector['text']))));
    }

    public function broken(): array
    {
        return [
            [str_repeat('[', 100_000), '$:'],
            [str_repeat('{"a":', 100_000) . '1' . str_repeat('}', 100_000), '$:'],
            [str_repeat('1', 10_000), '$:'],
            ['{"schema":["splat-report/1"]}', '$.schema:'],
            ['[]', '$:'],
            ['{}', '$.schema:'],
            ["\xFF", '$:'],
            ['{"schema":"splat-report/1","runtime":"php","exceptions":{"0":{"type":"E"}}}', '$.exceptions:'],
            ['{"schema":"splat-report/1","runtime":"php","exceptions":[{"type":"E"}],"signature":null}', '$.signature:'],
        ];
    }

    /** @dataProvider broken */
    public function testSaysWhere(string $text, string $where): void
    {
        try {
            Canonical::readBack($text);
        } catch (\UnexpectedValueException $error) {
            $this->assertStringStartsWith($where, $error->getMessage());
            return;
        }
        $this->fail('it was taken');
    }

    public function testWhatIsAMappingStaysOne(): void
    {
        $start = '{"exceptions":[{"frames":[{"locals":{"0":"a"},"path":"a"}],"type":"E"}],';
        $texts = [
            '"request":{"headers":{},"query":{"0":"a","1":"b"}},"runtime":"php","schema":"splat-report/1","tags":{}}',
            '"contexts":{"0":{"0":1},"a":{},"b":[]},"runtime":"php","schema":"splat-report/1"}',
            '"breadcrumbs":[{"data":{}}],"mine":[{},{"0":[]}],"runtime":"php","schema":"splat-report/1"}',
            '"runtime":"php","schema":"splat-report/1","tags":{"-1":"a","007":"b","10":"c","9":"d"}}',
        ];
        foreach ($texts as $rest) {
            $text = $start . $rest;
            $report = Canonical::readBack($text);
            $this->assertIsArray($report['tags'] ?? []);
            $keys = array_keys(Json::arrays(Canonical::write($report)));
            $sorted = $keys;
            sort($sorted, SORT_STRING);
            $this->assertSame($sorted, $keys);
            $this->assertEquals(json_decode($text), json_decode(Canonical::write($report)));
        }
    }

    public function testHalvesOfPairsAreNoCharacters(): void
    {
        $this->assertSame("a\u{FFFD}b😀\\ud800", Json::arrays('"a\ud800b\ud83d\ude00\\\\ud800"'));
        $this->assertSame("\u{FFFD}\u{FFFD}😀", Json::decode('"\udc00\ud83d\ud83d\ude00"'));
        $start = '{"schema":"splat-report/1","runtime":"php","exceptions":[{"type":"\udc00"}]}';
        $this->assertSame("\u{FFFD}", Canonical::readBack($start)['exceptions'][0]['type']);
        $nul = '{"schema":"splat-report/1","runtime":"php","exceptions":[{"type":"E"}],"contexts":{"\u0000a":1}}';
        $this->assertSame(["\0a" => 1], Canonical::readBack($nul)['contexts']);
    }

    public function testBytesThatAreNoTextAreWrittenAsText(): void
    {
        $report = ['exceptions' => [['type' => "a\xFFb", 'message' => "\xED\xA0\x80"]], "k\xC3" => 1];
        $text = '{"exceptions":[{"message":"\ufffd\ufffd\ufffd","type":"a\ufffdb"}],"k\ufffd":1}';
        $this->assertSame($text, Canonical::write($report));
    }

    public function testNumbersReadBackTheSame(): void
    {
        foreach (['5', '17', '-1'] as $precision) {
            $before = ini_set('serialize_precision', $precision);
            foreach ([0.1, 1.5e300, -2.5e-10, 1 / 3, 1.0, PHP_INT_MAX, PHP_INT_MIN, 5e-324] as $number) {
                $this->assertSame($number, json_decode(Canonical::write(['n' => $number]))->n);
            }
            ini_set('serialize_precision', (string) $before);
        }
        foreach ([NAN, INF, -INF, new \ArrayObject()] as $number) {
            try {
                Canonical::write(['n' => [$number]]);
                $this->fail('it was written');
            } catch (\UnexpectedValueException) {
            }
        }
    }
}
