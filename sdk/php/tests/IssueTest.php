<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Block;
use Splat\Issue;
use Splat\Text;

/** C, I, D2 to D4: what the vectors say of an issue's title, body, marker and block. */
final class IssueTest extends TestCase
{
    public function titles(): array
    {
        return Vectors::of('issue', 'titles');
    }

    /** @dataProvider titles */
    public function testTitle(array $vector): void
    {
        $this->assertSame($vector['expected'], Issue::title(['exceptions' => $vector['exceptions']]));
    }

    public function spans(): array
    {
        return Vectors::of('issue', 'spans');
    }

    /** @dataProvider spans */
    public function testSpan(array $vector): void
    {
        $this->assertSame($vector['expected'], Text::span($vector['text'], 300, $vector['table']));
    }

    public function fences(): array
    {
        return Vectors::of('issue', 'fences');
    }

    /** @dataProvider fences */
    public function testFence(array $vector): void
    {
        $this->assertSame($vector['expected'], Text::fence($vector['text'], 'text', $vector['limit']));
    }

    public function bodies(): array
    {
        return Vectors::of('issue', 'bodies');
    }

    /** @dataProvider bodies */
    public function testBody(array $vector): void
    {
        $text = Issue::body($vector['report'], $vector['public'] ?? false);
        if (isset($vector['expected'])) {
            $this->assertSame($vector['expected'], explode("\n", $text));
        }
        preg_match_all('/^Left out to fit: (.*)[.]$/m', $text, $leftOut);
        $this->assertSame($vector['left_out'] ? [implode(', ', $vector['left_out'])] : [], $leftOut[1]);
        $this->assertSame([$vector['bytes'], $vector['sha256']], [strlen($text), hash('sha256', $text)]);
    }

    public function markers(): array
    {
        return Vectors::of('issue', 'markers');
    }

    /** @dataProvider markers */
    public function testMarker(array $vector): void
    {
        $this->assertSame($vector['expected'], Block::markerOf($vector['body']));
    }

    public function updates(): array
    {
        return Vectors::of('issue', 'updates');
    }

    /** @dataProvider updates */
    public function testCount(array $vector): void
    {
        $add = $vector['add'];
        $made = Block::counted($vector['body'], $add['count'], $add['first'], $add['last'], $add['release'] ?? '');
        $this->assertSame($vector['expected'], $made);
    }

    public function testADuplicateIsNamedInItsBlock(): void
    {
        $block = Block::of(2, '2026-11-21T07:00:00.123Z', '2026-11-21T08:00:00.123Z', ['r1']);
        $body = (string) Block::asDuplicate("before\n$block\nbehind", 7);
        $this->assertSame(7, Block::in($body)?->duplicateOf);
        $this->assertSame(2, Block::in($body)?->count);
        $this->assertStringStartsWith("before\n<!-- splat:seen count=2 ", $body);
        $this->assertStringEndsWith("<!-- splat:end -->\nbehind", $body);
        $this->assertNull(Block::asDuplicate('no block', 7));
    }
}
