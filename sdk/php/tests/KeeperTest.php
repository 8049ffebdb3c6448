<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Count;
use Splat\Keeper;

/** Q: one report a bug, and nothing that came is lost, whatever process asks. */
final class KeeperTest extends TestCase
{
    /** @var list<array<string, mixed>> what went out, as the vectors write it */
    private array $sent = [];

    public function suppression(): array
    {
        return Vectors::of('suppression', 'vectors');
    }

    /** @dataProvider suppression */
    public function testSendsWhatTheVectorsSay(array $vector): void
    {
        $keeper = new Keeper();
        foreach ($vector['events'] as $event) {
            $this->feed($keeper, $event);
        }
        $this->assertSent($vector);
    }

    /** @dataProvider suppression */
    public function testTheSameWhenEachEventIsAProcessOfItsOwn(array $vector): void
    {
        $state = [];
        foreach ($vector['events'] as $event) {
            $keeper = Keeper::from($state);
            $this->feed($keeper, $event);
            $state = json_decode((string) json_encode($keeper->state()), true);
        }
        $this->assertSent($vector);
    }

    private function assertSent(array $vector): void
    {
        if (isset($vector['expected'])) {
            $this->assertEquals($vector['expected'], $this->sent);
        } else {
            $this->assertCount($vector['expected_length'], $this->sent);
            $this->assertEquals($vector['expected_end'], array_slice($this->sent, -count($vector['expected_end'])));
        }
    }

    private function feed(Keeper $keeper, array $event): void
    {
        $at = $event['at'];
        $every = $event['every'] ?? 0;
        if ($event['what'] === 'tick' || $event['what'] === 'close') {
            $this->counts($at, $event['what'] === 'tick' ? $keeper->tick($at) : $keeper->close());
            return;
        }
        $isMany = $event['what'] === 'errors';
        for ($number = 0; $number < ($isMany ? $event['count'] : $event['times'] ?? 1); $number++) {
            $signature = $isMany ? sprintf($event['signatures'], $number) : $event['signature'];
            $answer = $keeper->error($signature, $at + $number * $every, ($at + $number * $every) / 1_000);
            $this->counts($at + $number * $every, $answer->counts);
            if ($answer->report) {
                $this->sent[] = ['at' => $at + $number * $every, 'what' => 'report', 'signature' => $signature];
            }
        }
    }

    /** @param list<Count> $counts */
    private function counts(int $at, array $counts): void
    {
        foreach ($counts as $each) {
            $isOver = $each->signature === Keeper::OVERFLOW;
            $which = $isOver ? ['what' => 'overflow'] : ['what' => 'count', 'signature' => $each->signature];
            $this->sent[] = ['at' => $at] + $which + [
                'count' => $each->seen,
                'first' => (int) round($each->first * 1_000),
                'last' => (int) round($each->last * 1_000),
            ];
        }
    }

    public function testNothingIsLostOrCountedTwice(): void
    {
        mt_srand(7);
        for ($round = 0; $round < 30; $round++) {
            $keeper = new Keeper();
            $now = $came = $out = 0;
            for ($step = 0; $step < 300; $step++) {
                $now += [0, 1, 1_000, 59_999, 60_000, 3_600_000][mt_rand(0, 5)];
                $answers = [];
                for ($number = mt_rand(0, 80); $number > 0; $number--) {
                    $came++;
                    $answers[] = $keeper->error(sprintf('%016x', mt_rand(1, 2_000)), $now, $now / 1_000);
                }
                foreach ($answers as $answer) {
                    $out += ($answer->report ? 1 : 0) + self::seen($answer->counts);
                }
                $out += self::seen($keeper->tick($now));
                $keeper = mt_rand(0, 9) ? $keeper : Keeper::from((array) json_decode((string) json_encode($keeper->state()), true));
                $this->assertSame($came, $out + $keeper->pending());
            }
            $this->assertSame($came, $out + self::seen($keeper->close()));
            $this->assertSame(0, $keeper->pending());
            $this->assertLessThan(120_000, strlen((string) json_encode($keeper->state())));
        }
    }

    /** @param list<Count> $counts */
    private static function seen(array $counts): int
    {
        return array_sum(array_map(static fn (Count $each): int => $each->seen, $counts));
    }

    public function testANewReleaseIsNews(): void
    {
        $keeper = new Keeper();
        $signature = str_repeat('a', 16);
        $this->assertTrue($keeper->error($signature, 0, 0.0, 'r 1')->report);
        $this->assertFalse($keeper->error($signature, 1, 0.1, 'r 1')->report);
        $this->assertTrue($keeper->error($signature, 2, 0.2, 'r 2')->report);
        $counts = $keeper->close();
        $this->assertEquals([new Count($signature, 1, 0.1, 0.1, 'r 1')], $counts);
    }

    public function testAClockThatGoesBackHoldsNothingUp(): void
    {
        $keeper = new Keeper();
        $signature = str_repeat('a', 16);
        $keeper->error($signature, 10_000_000, 10_000.0);
        $this->assertFalse($keeper->error($signature, 1_000_000, 1_000.0)->report);
        $this->assertSame([], $keeper->tick(1_000_000 + 59_999));
        $this->assertCount(1, $keeper->tick(1_000_000 + 60_000));
    }

    public function junk(): array
    {
        $good = (new Keeper())->state();
        return [
            [[]], [['version' => 2] + $good], [['known' => 7] + $good], [['over' => [1, 2]] + $good],
            [['known' => ['x' => [1, 2, 3, 4, 5, 6], str_repeat('a', 16) . ' ' => [1, 'a', 3, 4, 5, 6]]] + $good],
            [['window' => 'a'] + $good], [['latest' => null] + $good], [['latest' => PHP_INT_MAX] + $good],
            [['ahead' => PHP_INT_MAX] + $good], [['reports' => -1] + $good],
            [['known' => [str_repeat('a', 16) . ' ' => [PHP_INT_MAX, 1, 1, 1, PHP_INT_MAX, 1]]] + $good],
        ];
    }

    /** @dataProvider junk */
    public function testAStateThatIsNoneIsANewKeeper(array $state): void
    {
        $keeper = Keeper::from($state);
        $this->assertSame(0, $keeper->pending());
        $this->assertTrue($keeper->error(str_repeat('a', 16), 0, 0.0)->report);
    }
}
