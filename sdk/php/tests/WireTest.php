<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Clock;
use Splat\Count;
use Splat\Item;
use Splat\Utf8;
use Splat\Wire;

/** P8, R1, S1: items as text and back; times; texts by code points. */
final class WireTest extends TestCase
{
    private const ID = '0123456789abcdef0123456789abcdef';

    public function testACountReadsBack(): void
    {
        $item = new Item(self::ID, 1795244400.5, new Count('17310dbb56def269', 7, 1795244400.123, 1795244400.5, 'r é'));
        $text = Wire::textOf($item);
        $wanted = '{"count":7,"first":"2026-11-21T07:00:00.123Z","id":"' . self::ID . '","last":"2026-11-21T07:00:00.500Z",'
            . '"release":"r \u00e9","schema":"splat-count/1","signature":"17310dbb56def269"}';
        $this->assertSame($wanted, $text);
        $this->assertEquals(new Item(self::ID, 1795244400.5, $item->body, $text), Wire::itemOf($text));
    }

    public function testAReportReadsBack(): void
    {
        $report = ['schema' => 'splat-report/1', 'runtime' => 'php', 'id' => self::ID, 'time' => '2026-11-21T07:00:00.123Z',
            'signature' => '17310dbb56def269', 'exceptions' => [['type' => 'E']], 'tags' => []];
        $item = new Item(self::ID, 1795244400.123, $report);
        $back = Wire::itemOf(Wire::textOf($item));
        $this->assertSame([self::ID, 1795244400.123, $report['tags']], [$back->id, $back->time, $back->body['tags']]);
        $this->assertSame('17310dbb56def269', $back->signature());
        $this->assertStringContainsString('"tags":{}', $back->text);
    }

    public function refused(): array
    {
        $count = '{"count":7,"first":"2026-11-21T07:00:00.123Z","id":"' . self::ID . '","last":"2026-11-21T07:00:00.500Z",'
            . '"release":"r","schema":"splat-count/1","signature":"17310dbb56def269"}';
        $report = '{"schema":"splat-report/1","runtime":"php","exceptions":[{"type":"E"}],"id":"' . self::ID . '"}';
        return [
            [''], ['[]'], ['"schema":"splat-count/1"'], [str_replace('7,', '0,', $count)], [str_replace(self::ID, 'x', $count)],
            [str_replace('"r"', '7', $count)], [str_replace('00.123Z', '00Z', $count)], [str_replace('2026-11', '2026-13', $count)],
            [str_replace('"first"', '"fist"', $count)], [$report], [str_replace(self::ID, 'x', $report)], [substr($count, 0, -5)],
        ];
    }

    /** @dataProvider refused */
    public function testRefuses(string $text): void
    {
        $this->expectException(\UnexpectedValueException::class);
        Wire::itemOf($text);
    }

    public function testTimes(): void
    {
        foreach ([0.0, 0.001, 1795244400.999, 1795244400.123, 4102444799.999] as $seconds) {
            $this->assertSame($seconds, Clock::seconds(Clock::iso($seconds)));
        }
        $this->assertSame('1970-01-01T00:00:00.000Z', Clock::iso(-5.0));
        $this->assertSame('20261121070000123', Clock::digits(1795244400.1239));
        $before = date_default_timezone_get();
        date_default_timezone_set('Asia/Tokyo');
        $this->assertSame('2026-11-21T07:00:00.123Z', Clock::iso(1795244400.123));
        date_default_timezone_set($before);
    }

    public function testTextsByCodePoints(): void
    {
        mt_srand(3);
        $chars = ['a', 'é', '€', '😀', "\xFF", "\xE2\x82", "\xED\xA0\x80", "\0", "\n"];
        for ($round = 0; $round < 2_000; $round++) {
            $text = implode('', array_map(static fn (): string => $chars[mt_rand(0, 8)], range(0, mt_rand(0, 30))));
            $clean = Utf8::scrub($text);
            $this->assertSame(1, preg_match('//u', $clean));
            $points = preg_split('//u', $clean, -1, PREG_SPLIT_NO_EMPTY);
            $count = mt_rand(0, 35);
            $this->assertSame(count($points), Utf8::length($clean));
            $this->assertSame(implode('', array_slice($points, 0, $count)), Utf8::first($clean, $count));
            $this->assertSame($count ? implode('', array_slice($points, -$count)) : '', Utf8::last($clean, $count));
            $bytes = mt_rand(0, 130);
            $head = Utf8::first(Utf8::head($text, $bytes), max(0, intdiv($bytes, 4) - 1));
            $this->assertSame($head, substr($clean, 0, strlen($head)));
        }
        $this->assertSame("a\u{FFFD}\u{FFFD}b", Utf8::scrub("a\xE2\x82b"));
        $this->assertSame("\u{FFFD}\u{FFFD}\u{FFFD}", Utf8::scrub("\xED\xA0\x80"));
    }
}
