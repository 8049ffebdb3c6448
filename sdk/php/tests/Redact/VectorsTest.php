<?php

declare(strict_types=1);

namespace Splat\Tests\Redact;

use PHPUnit\Framework\TestCase;
use Splat\Redact\Names;
use Splat\Redact\Redact;
use Splat\Redact\Shapes;
use Splat\Tests\Vectors;

/** K and X: the vectors, and the tables as SPEC.md prints them. */
final class VectorsTest extends TestCase
{
    public function names(): array
    {
        return Vectors::of('redaction', 'names');
    }

    /** @dataProvider names */
    public function testNames(array $vector): void
    {
        $this->assertSame($vector['expected'], (new Names())->strength($vector['key']));
    }

    public function texts(): array
    {
        return Vectors::of('redaction', 'texts');
    }

    /** @dataProvider texts */
    public function testTexts(array $vector): void
    {
        $redact = ($vector['mode'] ?? '') === 'source' ? Redact::source(...) : Redact::text(...);
        $redacted = $redact($vector['text'], $vector['extra_keys'] ?? []);
        $this->assertSame($vector['expected'], $redacted);
        foreach ($vector['secrets'] ?? [] as $secret) {
            $this->assertStringNotContainsString($secret, $redacted);
        }
    }

    public function values(): array
    {
        return Vectors::of('redaction', 'values');
    }

    /** @dataProvider values */
    public function testValues(array $vector): void
    {
        $this->assertEquals($vector['expected'], Redact::value($vector['value'], $vector['extra_keys'] ?? []));
    }

    public function testTheShortestOfAllTheShapesIsHidden(): void
    {
        self::assertSame(Redact::MARK, Redact::text('xoxb-1234567890'));
        self::assertSame('xoxb-123456789', Redact::text('xoxb-123456789'));
        $bot = 'M' . str_repeat('a', 23) . '.' . str_repeat('b', 6) . '.' . str_repeat('c', 27);
        self::assertSame(Redact::MARK, Redact::text($bot));
    }

    public function testTheShapesAreThoseOfTheRule(): void
    {
        preg_match_all('/^  \| ([a-z-]+) \| `(.+)` \|$/m', self::spec(), $rows, PREG_SET_ORDER);
        $wanted = [];
        foreach ($rows as [, $name, $pattern]) {
            $begins = ['B(' => '(^|[^0-9A-Za-z])(', 'E(' => '(^|[^0-9A-Za-z_-])('];
            $pattern = str_replace('\|', '|', $pattern);
            $wanted[$name] = ($begins[substr($pattern, 0, 2)] ?? substr($pattern, 0, 2)) . substr($pattern, 2);
        }
        $this->assertCount(39, $wanted);
        $published = (new \ReflectionClassConstant(Shapes::class, 'PUBLISHED'))->getValue();
        $this->assertSame($wanted, array_map(static fn (array $each): string => $each[1], $published));
    }

    public function tables(): array
    {
        return [['*sure*', 'SURE'], ['*likely*', 'LIKELY'], ['*about*', 'ABOUT']];
    }

    /** @dataProvider tables */
    public function testTheNamesAreThoseOfTheRule(string $label, string $table): void
    {
        $found = preg_match('/' . preg_quote($label, '/') . ':((?:\s*`[a-z0-9 ]+`)+)/', self::rule(), $words);
        $this->assertSame(1, $found);
        preg_match_all('/`(.+?)`/', $words[1], $each);
        $constant = (string) (new \ReflectionClassConstant(Names::class, $table))->getValue();
        $this->assertEqualsCanonicalizing(explode(' ', implode(' ', $each[1])), explode(' ', $constant));
    }

    public function testThePairsAreThoseOfTheRule(): void
    {
        $rule = self::rule();
        $from = (int) strpos($rule, 'pairs*:');
        preg_match_all('/`(.+?)`/', substr($rule, $from, (int) strpos($rule, '*likely*:') - $from), $pairs);
        $constant = (string) (new \ReflectionClassConstant(Names::class, 'SURE_PAIRS'))->getValue();
        $this->assertEqualsCanonicalizing($pairs[1], explode(',', $constant));
    }

    public function testUsersAddAndNeverReplace(): void
    {
        $names = new Names(['shoe size', 'userPIN']);
        $this->assertTrue($names->tells('shoeSize'));
        $this->assertTrue($names->tells('my_shoe_size_eu'));
        $this->assertFalse($names->tells('shoe'));
        $this->assertTrue($names->tells('password'));
        $this->assertFalse((new Names(['', '12']))->tells('shoe'));
    }

    public function testKnownNamesAreBounded(): void
    {
        $names = new Names();
        for ($number = 0; $number < Names::MAX_KNOWN + 10; $number++) {
            $names->tells("password$number");
        }
        $known = (new \ReflectionProperty(Names::class, 'known'))->getValue($names);
        $this->assertLessThanOrEqual(Names::MAX_KNOWN, count($known));
    }

    public function testATextThatIsTooLongIsCutFirstAndLosesItsEnd(): void
    {
        // The cut leaves so little of the token that it looks like none.
        $text = str_repeat('x ', 49_990) . 'ghp_1234567890' . str_repeat('a1b2c3d4e5', 5);
        $redacted = Redact::text($text);
        $this->assertStringNotContainsString('ghp_', $redacted);
        $this->assertStringEndsWith('... [truncated]', $redacted);
        $this->assertSame(100_000 - 512 + 15, strlen($redacted));
    }

    public function testANameMayStandEightSpacesOff(): void
    {
        $this->assertSame('password        =        [REDACTED]', Redact::text('password        =        hunter2'));
        foreach (['password         = hunter2', 'password =         hunter2'] as $text) {
            $this->assertSame($text, Redact::text($text));
        }
    }

    private static function spec(): string
    {
        return (string) file_get_contents(Vectors::FOLDER . '/../SPEC.md');
    }

    private static function rule(): string
    {
        $spec = self::spec();
        $from = (int) strpos($spec, '- **K2 Tables.**');
        return substr($spec, $from, (int) strpos($spec, '- **K3 What') - $from);
    }
}
