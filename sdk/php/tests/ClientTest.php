<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Client;
use Splat\Count;
use Splat\Outcome;

/** From an exception to what a transport is given. */
final class ClientTest extends TestCase
{
    private string $folder;
    private Recorder $recorder;

    protected function setUp(): void
    {
        $this->folder = Folders::make();
        ini_set('error_log', "$this->folder/log.txt");
        $this->recorder = new Recorder();
    }

    protected function tearDown(): void
    {
        \Splat\close();
        \Splat\Scope::forget();
        ini_restore('error_log');
        Folders::remove($this->folder);
    }

    /** @param array<string, mixed> $options */
    private function start(array $options = []): void
    {
        \Splat\init($options + [
            'transport' => $this->recorder, 'spool_dir' => $this->folder, 'root' => dirname(__DIR__), 'repo' => 'a/b',
            'integrations' => 'none', 'release' => 'r1',
        ]);
    }

    private static function error(string $message = 'no', ?\Throwable $because = null): \Throwable
    {
        return new \LogicException($message, 0, $because);
    }

    /** @return list<array<string, mixed>> */
    private function reports(): array
    {
        \Splat\flush();
        return array_map(
            static fn ($item) => (array) $item->body,
            array_values(array_filter($this->recorder->items, static fn ($item) => is_array($item->body)))
        );
    }

    public function testARepeatIsCountedAndEachObjectOnce(): void
    {
        $this->start();
        $ids = [];
        for ($time = 0; $time < 5; $time++) {
            $ids[] = \Splat\capture_exception($error = self::error("time $time"));
            $ids[] = \Splat\capture_exception($error);
        }
        self::assertCount(1, $this->reports());
        self::assertSame([$this->reports()[0]['id']], array_values(array_filter($ids)));
        \Splat\close();
        $counts = array_values(array_filter($this->recorder->items, static fn ($item) => $item->body instanceof Count));
        self::assertSame([4, 'r1'], [$counts[0]->body->seen, $counts[0]->body->release]);
        self::assertSame($this->recorder->items[0]->signature(), $counts[0]->signature());
    }

    public function testWhatAReportHolds(): void
    {
        $this->start(['service' => 'shop', 'deploy' => 'v7']);
        \Splat\set_tag('plan', 'gold');
        \Splat\set_tag('gone', 1);
        \Splat\set_tag('gone', null);
        \Splat\set_context('cart', ['items' => [1, 2], 'password' => 'hunter2', 'when' => new \DateTimeImmutable('@0')]);
        \Splat\add_breadcrumb('asked for token=abcdef123456', 'http', data: ['status' => 200]);
        \Splat\capture_exception(self::error('out', new \TypeError('in')));
        [$report] = $this->reports();
        self::assertSame(['splat-php', 'php', PHP_VERSION], [$report['sdk']['name'], $report['runtime'], $report['runtime_version']]);
        self::assertSame(['shop', 'r1', ['id' => 'v7']], [$report['service'], $report['release'], $report['deploy']]);
        self::assertSame(['plan' => 'gold'], $report['tags']);
        self::assertSame('[REDACTED]', $report['contexts']['cart']['password']);
        self::assertSame('asked for token=[REDACTED]', $report['breadcrumbs'][0]['message']);
        self::assertSame(['surfaced', 'cause'], array_column($report['exceptions'], 'relation'));
        self::assertSame([null, 0], array_column($report['exceptions'], 'parent'));
        $frames = $report['exceptions'][0]['frames'];
        $crash = end($frames);
        self::assertSame(['tests/ClientTest.php', true], [$crash['path'], $crash['in_app']]);
        self::assertSame(self::class . '::error', $crash['function']);
        self::assertStringContainsString('new \LogicException', $crash['source']);
        self::assertCount(5, $crash['pre_context']);
        self::assertFalse($frames[1]['in_app'], 'phpunit is no part of the app');
    }

    public function testAMessageStandsAtItsCaller(): void
    {
        $this->start();
        $line = __LINE__ + 1;
        self::assertNotNull(\Splat\capture_message("odd \xff bytes", 'warning'));
        [$report] = $this->reports();
        $frames = $report['exceptions'][0]['frames'];
        self::assertSame(['Message', $line, 'warning'], [$report['exceptions'][0]['type'], end($frames)['line'], $report['level']]);
        self::assertSame("odd \u{FFFD} bytes", $report['exceptions'][0]['message']);
    }

    public function testWhatIsIgnoredIsNotCaptured(): void
    {
        $this->start(['ignore' => [\RuntimeException::class, 'BadMethodCallException']]);
        self::assertNull(\Splat\capture_exception(new \UnexpectedValueException()));
        self::assertNull(\Splat\capture_exception(new \BadMethodCallException()));
        self::assertNotNull(\Splat\capture_exception(new \LogicException()));
    }

    public function testNothingIsSampledAtZero(): void
    {
        $this->start(['sample_rate' => 0]);
        self::assertNull(\Splat\capture_exception(self::error()));
    }

    public function testNothingAtAllWhereItIsNotEnabled(): void
    {
        $this->start(['enabled' => false]);
        self::assertNull(Client::current());
        self::assertNull(\Splat\capture_exception(self::error()));
        self::assertTrue(\Splat\flush());
    }

    public function testBeforeSendChangesAndDrops(): void
    {
        $this->start(['before_send' => static function (array $report): ?array {
            if ($report['exceptions'][0]['message'] === 'drop') {
                return null;
            }
            $report['tags'] = ['added' => 'password=hunter2', 'object' => 'x'];
            $report['signature'] = '0123456789abcdef';
            $report['huge'] = str_repeat('x', 2_000_000);
            return $report;
        }]);
        self::assertNotNull(\Splat\capture_exception(self::error('keep')));
        self::assertNull(\Splat\capture_exception(new \TypeError('drop')));
        [$report] = $this->reports();
        self::assertSame('password=[REDACTED]', $report['tags']['added']);
        self::assertNotSame('0123456789abcdef', $report['signature']);
        self::assertLessThan(1_000_000, strlen($this->recorder->items[0]->text));
    }

    public function testABeforeSendThatFailsOrAnswersNonsenseIsPassedOver(): void
    {
        foreach ([static fn () => throw new \Error('x'), static fn () => 7, static fn () => ['exceptions' => 'none']] as $number => $each) {
            $this->start(['before_send' => $each]);
            self::assertNotNull(\Splat\capture_exception(new \DomainException("with $number")));
        }
        self::assertCount(3, $this->reports());
    }

    public function testFlushTellsWhatBecameOfIt(): void
    {
        $this->start();
        \Splat\capture_exception(self::error());
        $this->recorder->outcome = Outcome::Later;
        self::assertFalse(\Splat\flush());
        $this->recorder->outcome = Outcome::Delivered;
        self::assertTrue(\Splat\flush());
        \Splat\capture_exception(new \TypeError());
        $this->recorder->outcome = Outcome::Never;
        self::assertFalse(\Splat\flush());
        self::assertTrue(\Splat\flush());
        self::assertSame([], glob("$this->folder/*/*.json"));
    }

    public function testARefusedBugIsReportedAnew(): void
    {
        $this->start();
        $this->recorder->outcome = Outcome::Never;
        for ($time = 0; $time < 2; $time++) {
            self::assertNotNull(\Splat\capture_exception(self::error()));
            \Splat\flush();
        }
    }

    public function testTheAppsOwnErrorHandlingIsAsItWas(): void
    {
        $this->start(['spool_dir' => '/proc/nothing/here']);
        $seen = [];
        set_error_handler(static function (int $level, string $message) use (&$seen): bool {
            $seen[] = $message;
            return true;
        });
        error_clear_last();
        try {
            self::assertNotNull(\Splat\capture_exception(self::error()));
            self::assertTrue(\Splat\flush(), 'without a disk it goes on in memory');
        } finally {
            restore_error_handler();
        }
        self::assertSame([[], null], [$seen, error_get_last()]);
        self::assertCount(1, $this->recorder->items);
    }

    public function testATransportThatThrowsIsTriedAgain(): void
    {
        $this->start(['transport' => new class implements \Splat\Transport {
            public function send(array $batch): array
            {
                throw new \Exception('broken');
            }

            public function hurry(float $deadline): void
            {
            }

            public function close(float $deadline): void
            {
            }
        }]);
        \Splat\capture_exception(self::error());
        self::assertFalse(\Splat\flush());
        self::assertCount(1, glob("$this->folder/*/*.json") ?: []);
    }

    public function testArgumentsAreShownByTheirShape(): void
    {
        $before = ini_set('zend.exception_ignore_args', '0');
        $this->start();
        \Splat\capture_exception((new Thrower())->make('hunter2', ['items' => 1, 'x y' => 2], null, new \ArrayObject()));
        ini_set('zend.exception_ignore_args', (string) $before);
        [$report] = $this->reports();
        $frames = $report['exceptions'][0]['frames'];
        self::assertSame(
            ['cart' => 'array(2) {items}', 'none' => 'nothing', 'password' => 'string', 'thing' => 'ArrayObject'],
            (static function (array $locals): array {
                ksort($locals);
                return $locals;
            })(end($frames)['locals'])
        );
    }

    public function testABurstOfDistinctErrorsIsBounded(): void
    {
        $this->start();
        for ($number = 0; $number < 80; $number++) {
            \Splat\capture_exception(eval("return new \\LogicException('x');") ?? self::error());
            $class = "Made$number";
            class_exists($class, false) || eval("class $class extends \\Exception {}");
            \Splat\capture_exception(new $class());
        }
        self::assertLessThanOrEqual(60, count($this->reports()));
        \Splat\close();
        $counts = array_filter($this->recorder->items, static fn ($item) => $item->body instanceof Count);
        $seen = array_sum(array_map(static fn ($item) => $item->body->seen, $counts));
        self::assertSame(160, $seen + count($this->recorder->items) - count($counts));
    }
}
