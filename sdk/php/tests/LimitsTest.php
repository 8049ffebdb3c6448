<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Canonical;
use Splat\Limits;
use Splat\Shrink;
use Splat\Utf8;

/** L: the vectors, and that nothing gets past a bound whatever comes in. */
final class LimitsTest extends TestCase
{
    public function texts(): array
    {
        return Vectors::of('truncation', 'texts');
    }

    /** @dataProvider texts */
    public function testTexts(array $vector): void
    {
        $this->assertSame($vector['expected'], Utf8::cut($vector['text'], $vector['limit']));
    }

    public function values(): array
    {
        return Vectors::of('truncation', 'values');
    }

    /** @dataProvider values */
    public function testValues(array $vector): void
    {
        $wanted = Canonical::write(['v' => $vector['expected']]);
        $this->assertSame($wanted, Canonical::write(['v' => Limits::value($vector['value'])]));
    }

    public function lists(): array
    {
        return Vectors::of('truncation', 'lists');
    }

    /** @dataProvider lists */
    public function testLists(array $vector): void
    {
        [$part, $count] = [$vector['part'], $vector['count']];
        $numbers = $count ? range(0, $count - 1) : [];
        $report = match ($part) {
            'frames' => ['exceptions' => [['type' => 'E', 'frames' => array_map(
                static fn (int $n): array => ['path' => 'a', 'line' => $n],
                $numbers,
            )]]],
            'exceptions' => ['exceptions' => array_map(static fn (int $n): array => ['type' => "$n"], $numbers)],
            default => ['exceptions' => [], $part => array_map(static fn (int $n): array => ['message' => "$n"], $numbers)],
        };
        $limited = Limits::report($report);
        $kept = match ($part) {
            'frames' => array_column($limited['exceptions'][0]['frames'], 'line'),
            'exceptions' => array_map('intval', array_column($limited['exceptions'], 'type')),
            default => array_map('intval', array_column($limited[$part], 'message')),
        };
        $wanted = [];
        foreach ($vector['expected'] as [$first, $end]) {
            $wanted = [...$wanted, ...($end > $first ? range($first, $end - 1) : [])];
        }
        $this->assertSame($wanted, $kept);
        $this->assertSame(count($kept) < $count, isset($limited['truncated']));
    }
}
