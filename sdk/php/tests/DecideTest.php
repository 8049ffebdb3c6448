<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Dedup\Action;
use Splat\Dedup\Decide;
use Splat\Dedup\Decision;
use Splat\Dedup\Listed;
use Splat\Dedup\Sighting;

/** D5, D8: what is done for an error. */
final class DecideTest extends TestCase
{
    private const SIGNATURE = '17310dbb56def269';

    public function decisions(): array
    {
        return Vectors::of('dedup', 'decisions');
    }

    /** @dataProvider decisions */
    public function testDecidesAsTheVectorsSay(array $vector): void
    {
        $issues = array_map(self::listed(...), $vector['issues']);
        $own = isset($vector['own_write']) ? array_fill_keys(array_column($vector['issues'], 'number'), $vector['own_write']) : [];
        $decision = Decide::about(
            new Sighting($vector['event']['signature'], $vector['event']['at'], $vector['event']['release'] ?? ''),
            $issues,
            $vector['reporters'],
            $vector['now'],
            $own,
            [$vector['created_last_hour']['process'], $vector['created_last_hour']['repository']],
        );
        $number = $decision->number === null ? [] : ['number' => $decision->number];
        $this->assertSame($vector['expected'], ['do' => $decision->do->value] + $number);
    }

    public function aftermaths(): array
    {
        return Vectors::of('dedup', 'after_create');
    }

    /** @dataProvider aftermaths */
    public function testClearsUpAsTheVectorsSay(array $vector): void
    {
        $after = Decide::afterCreate(
            $vector['signature'],
            $vector['created'],
            array_map(self::listed(...), $vector['issues']),
            $vector['reporters'],
            $vector['trigger'],
        );
        $made = ['stop' => $after->stop, 'label' => $after->label, 'close' => $after->close];
        $this->assertSame($vector['expected'], $made);
    }

    private static function listed(array $issue): Listed
    {
        return new Listed(
            $issue['number'],
            $issue['author'],
            $issue['signature'],
            $issue['state'] === 'open',
            $issue['updated_at'],
            $issue['reason'] ?? null,
            $issue['closed_at'] ?? null,
            $issue['releases'] ?? [],
            $issue['labels'],
            $issue['duplicate_of'] ?? null,
            $issue['canonical'] ?? null,
        );
    }

    public function testTheCanonicalIssueIsAskedForOnlyWhereNeeded(): void
    {
        $asked = [];
        $ask = static function (Listed $issue) use (&$asked): int {
            $asked[] = $issue->number;
            return 3;
        };
        $duplicate = new Listed(5, 7, self::SIGNATURE, false, 0, 'duplicate');
        $other = new Listed(3, 7, '0000000000000000', true, 0);
        $about = static fn (Listed ...$issues): Decision => Decide::about(
            new Sighting(self::SIGNATURE, 0),
            $issues,
            [7],
            10 ** 9,
            [],
            [0, 0],
            $ask,
        );
        $this->assertTrue($about($duplicate, $other)->is(Action::Count, 3));
        $this->assertSame([5], $asked);
        $this->assertTrue($about($duplicate->with(duplicateOf: 3), $other)->is(Action::Count, 3));
        $this->assertSame([5], $asked);
        $this->assertSame(Action::Silent, $about($duplicate, $other->with(signature: null))->do);
    }
}
