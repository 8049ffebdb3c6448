<?php

declare(strict_types=1);

namespace Splat\Tests\Redact;

use PHPUnit\Framework\TestCase;
use Splat\Issue;
use Splat\Redact\Redact;
use Splat\Redact\RedactionError;
use Splat\Signature\Messages;
use Splat\Signature\Signature;
use Splat\Text;

/** X12: time grows with the text and no faster; and where PCRE gives up, nothing gets through. */
final class HostileTest extends TestCase
{
    private const LENGTH = 100_000;
    /** Seconds of this process: any of these takes some milliseconds, and minutes where it were quadratic. */
    private const MOST = 5.0;

    private const UNITS = [
        'letters' => 'a', 'digits' => '4', 'digit groups' => '4242 ', 'single digits' => '4 ',
        'name characters' => 'a.b-', 'separators' => '=', 'colons' => ':', 'slashes' => '\\', 'quotes' => '"',
        'names and quotes' => 'password="', 'escaped quotes' => "password=\\'", 'thrice escaped' => "password=\\\\\\'",
        'open strings' => "password='a\\", 'open brackets' => 'password=[', 'brackets' => 'password=[(',
        'spaces behind' => 'password=   ', 'headers' => "cookie:a\n", 'quoted headers' => "'cookie:a\n",
        'headers in a line' => '"cookie:a ', 'bare' => 'password=\\a', 'schemes' => 'password: bearer ',
        'flags' => ' --password', 'flags and values' => ' -pass word', 'curl' => ' -u a', 'elements' => '<password>',
        'elements closed' => '<password>a</', 'userinfo' => '://', 'userinfo open' => '://a:b', 'at signs' => '@a:',
        'bearer' => 'Bearer ', 'begin' => '-----BEGIN PRIVATE KEY-----', 'almost begin' => '-----BEGIN ',
        'jwt' => 'eyJaaaaaaaa', 'jwts' => 'eyJaaaaaaaa.', 'sendgrid' => 'SG.aaaaaaaaaaaaaaaa',
        'bot' => 'MTIzNDU2Nzg5MDEyMzQ1Njc4.', 'sk' => 'sk-', 'slack' => 'xoxb-', 'gitlab' => 'glpat-',
        'telegram' => '12345678:AA', 'webhooks' => 'discord.com/api/webhooks/1', 'query' => '?a=b&key=',
        'templates' => "password='{a", 'names' => 'passwordpassword', 'camel' => 'aA', 'new lines' => "\n",
        'marks' => '[REDACTED]', 'bytes that are no text' => "\xFF", 'wide' => '😀', 'half of wide' => "\xF0\x9F\x98",
    ];

    public function units(): array
    {
        return array_map(static fn (string $unit): array => [$unit], self::UNITS);
    }

    /** @dataProvider units */
    public function testTimeIsBounded(string $unit): void
    {
        $text = str_repeat($unit, intdiv(self::LENGTH, strlen($unit)));
        $frame = ['path' => $text, 'function' => $text, 'in_app' => true, 'line' => 1];
        $report = ['exceptions' => [['type' => $text, 'message' => $text, 'frames' => [$frame]]]];
        $work = [
            static fn () => Redact::text($text),
            static fn () => Redact::source($text),
            static fn () => Messages::fold($text),
            static fn () => Text::clean($text),
            static fn () => Signature::of('php', $text, $report['exceptions']),
            static fn () => Issue::title($report),
        ];
        foreach ($work as $each) {
            $started = self::spent();
            $each();
            $this->assertLessThan(self::MOST, self::spent() - $started);
        }
    }

    /** What the processor did for us so far, however many wanted it. */
    private static function spent(): float
    {
        $used = getrusage();
        return $used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec'] + ($used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec']) / 1e6;
    }

    public function modes(): array
    {
        $none = ['-d', 'pcre.jit=0'];
        return ['with the JIT' => [['-d', 'pcre.jit=1']], 'without it' => [$none]];
    }

    /**
     * PCRE may not give up on any of these: what it gives up on is lost, though never shown.
     *
     * @dataProvider modes
     */
    public function testLongTextsAreSearchedThrough(array $options): void
    {
        $script = 'require $argv[1]; foreach (json_decode(stream_get_contents(STDIN)) as $name => $unit) {
            if ($name === "begin") { continue; } // a key that nothing ends is all that is hidden
            $unit = base64_decode($unit); $text = str_repeat($unit, intdiv(99000, strlen($unit)));
            $text .= " \n password=hunter2";
            foreach (["text", "source"] as $mode) {
                $made = Splat\Redact\Redact::$mode($text);
                if ($made === "[REDACTED]") { echo "$name by $mode gave up\n"; }
                if ($mode === "text" && str_contains($made, "hunter2")) { echo "$name shows\n"; }
            } }';
        $this->assertSame('', self::ran($script, $options));
    }

    public function testWherePcreGivesUpNothingGetsThrough(): void
    {
        $script = 'require $argv[1]; $text = str_repeat("1 ", 20000) . "password=hunter2 " . str_repeat("1-", 20000);
            foreach (["text", "source"] as $mode) { echo Splat\Redact\Redact::$mode($text), "\n"; }
            try { Splat\Redact\Redact::report(["service" => $text]); echo "reported"; } catch (RuntimeException $e) {
                echo get_class($e); }';
        $made = explode("\n", self::ran($script, ['-d', 'pcre.jit=0', '-d', 'pcre.backtrack_limit=2']));
        $this->assertSame(['[REDACTED]', '[REDACTED]', RedactionError::class], $made);
    }

    public function testNoExtensionIsNeeded(): void
    {
        $script = 'require $argv[1]; if (extension_loaded("mbstring")) { exit("loaded"); }
            $report = ["signature" => str_repeat("a", 16), "time" => "2026-11-21T07:00:00.123Z", "runtime" => "php",
                "exceptions" => [["type" => "É\xFF", "message" => "password=hunter2 é"]]];
            Splat\Signature\Signature::of("php", "/app", $report["exceptions"]);
            $report = Splat\Limits::report(Splat\Redact\Redact::report($report));
            echo Splat\Issue::title($report), strlen(Splat\Issue::body($report)) > 100 ? " and a body" : "";';
        // Without the system's ini files no shared extension is loaded.
        $this->assertSame("[Splat] É\u{FFFD} and a body", self::ran($script, ['-n']));
    }

    /** @param list<string> $options */
    private static function ran(string $script, array $options): string
    {
        $command = [PHP_BINARY, ...$options, '-r', $script, '--', __DIR__ . '/../../autoload.php'];
        $process = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], ['redirect', 1]], $pipes);
        fwrite($pipes[0], (string) json_encode(array_map('base64_encode', self::UNITS)));
        fclose($pipes[0]);
        $said = (string) stream_get_contents($pipes[1]);
        proc_close($process);
        return $said;
    }

    public function testAHugeTextIsCutBeforeAnythingLooksAtIt(): void
    {
        $started = self::spent();
        $made = Redact::text(str_repeat("password='", 2_000_000));
        $this->assertLessThan(self::MOST, self::spent() - $started);
        // What is hidden may be shorter than its mark.
        $this->assertLessThan(300_000, strlen($made));
    }

    public function testUserinfoBehindAnotherBeginningOfAUrl(): void
    {
        foreach ([Redact::text(...), Redact::source(...)] as $hide) {
            $this->assertSame('x://host1http://[REDACTED]@h/p', $hide('x://host1http://bob:pw@h/p'));
            $this->assertSame('a://[REDACTED]@b://[REDACTED]@c', $hide('a://u:p@b://v:q@c'));
            $this->assertSame('a://@b://[REDACTED]@c', $hide('a://@b://v:q@c'));
        }
    }

    public function testSecretsBetweenBytesThatAreNoText(): void
    {
        $secret = 'ghp_' . str_repeat('a1b2', 10);
        foreach (["\xFF$secret\xFF", "\xE2\x82$secret", "é{$secret}é", "password=\xFF$secret", "$secret\xF0\x9F"] as $text) {
            $this->assertStringNotContainsString($secret, Redact::text($text));
            $this->assertStringNotContainsString($secret, Redact::source($text));
        }
    }
}
