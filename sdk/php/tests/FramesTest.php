<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Foreign;
use Splat\Frames;

/** F1-F4: the vectors, this process's own files, and bounds. */
final class FramesTest extends TestCase
{
    public function frames(): array
    {
        return Vectors::of('frames', 'frames');
    }

    /** @dataProvider frames */
    public function testVectors(array $vector): void
    {
        $given = [$vector['root'], $vector['include'] ?? [], $vector['libraries'] ?? [], $vector['runtime']];
        $frames = new Frames(...$given);
        $this->assertSame($vector['in_app'], $frames->inApp($vector['path']));
        $this->assertSame($vector['in_app'], $frames->inApp($vector['path']), 'the second answer is another');
        $this->assertSame($vector['expected'], $frames->path($vector['path']));
    }

    public function testThePatternsAreThoseOfTheRule(): void
    {
        $spec = (string) file_get_contents(Vectors::FOLDER . '/../SPEC.md');
        foreach (['php', 'python', 'javascript', 'go', 'ruby'] as $runtime) {
            $this->assertSame(1, preg_match("/^  \| `$runtime` \| (.*?`) \| (.*) \|$/m", $spec, $row));
            foreach (['STARTS' => $row[1], 'PATTERNS' => $row[2]] as $table => $cell) {
                preg_match_all('/`(.+?)`(?: |$)/', $cell, $words);
                $wanted = str_replace('\|', '|', $words[1]);
                $all = (new \ReflectionClassConstant(Foreign::class, $table))->getValue();
                $this->assertSame($wanted, $all[$runtime], "$table of $runtime");
            }
        }
        $this->assertSame(1, preg_match("/Go's standard packages: ((?:`[^`]+`\s*)+)\\./", $spec, $list));
        preg_match_all('/[a-z]+/', $list[1], $packages);
        $this->assertSame($packages[0], (new \ReflectionClassConstant(Foreign::class, 'GO_PACKAGES'))->getValue());
    }

    public function testThisProcessKnowsItsOwn(): void
    {
        $frames = new Frames(Frames::startFolder());
        $this->assertTrue($frames->inApp(__FILE__));
        $this->assertFalse($frames->inApp((string) (new \ReflectionClass(TestCase::class))->getFileName()));
        $this->assertFalse($frames->inApp((string) (new \ReflectionClass(Frames::class))->getFileName()));
        $this->assertFalse($frames->inApp('[internal function]'));
        $this->assertFalse($frames->inApp(''));
    }

    public function testAFolderOfComposersUnderAnotherNameIsAnothers(): void
    {
        $this->assertFalse((new Frames('/app', [], ['/app/packages']))->inApp('/app/packages/a/b.php'));
        $this->assertTrue((new Frames('/app', [], []))->inApp('/app/packages/a/b.php'));
    }

    public function testWhatIsRememberedIsBounded(): void
    {
        $frames = new Frames('/app', [], []);
        for ($number = 0; $number < Frames::MAX_KNOWN + 10; $number++) {
            $frames->inApp("/app/m$number.php");
        }
        $known = (new \ReflectionProperty(Frames::class, 'known'))->getValue($frames);
        $this->assertLessThanOrEqual(Frames::MAX_KNOWN, count($known));
    }

    public function testPathsThatAreNoTextBecomeText(): void
    {
        $frames = new Frames('/app');
        $this->assertSame("a\u{FFFD}.php", $frames->path("/app/a\xFF.php"));
        $this->assertSame("/b/a\u{FFFD}.php", $frames->path("/b/a\xFF.php"));
    }
}
