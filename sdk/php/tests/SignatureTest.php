<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Signature\Functions;
use Splat\Signature\Messages;
use Splat\Signature\Paths;
use Splat\Signature\Signature;
use Splat\Signature\Text;

/** S: the vectors, and bounds. */
final class SignatureTest extends TestCase
{
    public function paths(): array
    {
        return Vectors::of('signature', 'paths');
    }

    /** @dataProvider paths */
    public function testPaths(array $vector): void
    {
        $this->assertSame($vector['expected'], Paths::relative($vector['path'], $vector['root'], $vector['runtime']));
    }

    public function functions(): array
    {
        return Vectors::of('signature', 'functions');
    }

    /** @dataProvider functions */
    public function testFunctions(array $vector): void
    {
        $this->assertSame($vector['expected'], Functions::name($vector['runtime'], $vector['function']));
    }

    public function messages(): array
    {
        return Vectors::of('signature', 'messages');
    }

    /** @dataProvider messages */
    public function testMessages(array $vector): void
    {
        $this->assertSame($vector['expected'], Messages::fold($vector['message']));
    }

    public function signatures(): array
    {
        return Vectors::of('signature', 'vectors');
    }

    /** @dataProvider signatures */
    public function testSignatures(array $vector): void
    {
        $given = [$vector['runtime'], $vector['root'], $vector['exceptions']];
        $this->assertSame($vector['canonical'], Signature::canonical(...$given));
        $this->assertSame($vector['signature'], Signature::of(...$given));
    }

    public function testBytesThatAreNoTextAreReplacedOneByOne(): void
    {
        $this->assertSame("a\u{FFFD}\u{FFFD}b", Text::field("a\xE2\x82b"));
        $this->assertSame("\u{FFFD}\u{FFFD}\u{FFFD}", Text::field("\xED\xA0\x80"));
        $exceptions = [['type' => "E\xFF", 'message' => "no \xFF 7"]];
        $this->assertMatchesRegularExpression('/^[0-9a-f]{16}\z/', Signature::of('php', '', $exceptions));
        $this->assertStringContainsString("type=E\u{FFFD}\n", Signature::canonical('php', '', $exceptions));
    }

    public function testAnotherRuntimeIsRefused(): void
    {
        $this->expectException(\InvalidArgumentException::class);
        Signature::of('cobol', '', [['type' => 'E', 'frames' => [['path' => 'a', 'function' => 'f']]]]);
    }

    public function testThePlaceOfAnAnonymousClassDoesNotCount(): void
    {
        $first = new class ('gone') extends \RuntimeException {
        };
        $this->assertSame('RuntimeException@anonymous', Text::typeName(get_class($first)));
    }
}
