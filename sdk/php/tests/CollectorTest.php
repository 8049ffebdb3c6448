<?php

declare(strict_types=1);

namespace Splat\Tests;

use PHPUnit\Framework\TestCase;
use Splat\Clock;
use Splat\Count;
use Splat\Item;
use Splat\Outcome;
use Splat\Transports\Collector;
use Splat\Warn;

/** T4: batches to a URL. */
final class CollectorTest extends TestCase
{
    private string $folder;
    private ?Server $server = null;

    protected function setUp(): void
    {
        $this->folder = Folders::make();
        ini_set('error_log', "$this->folder/log.txt");
        Warn::forget();
    }

    protected function tearDown(): void
    {
        $this->server?->stop();
        ini_restore('error_log');
        Warn::forget();
        Folders::remove($this->folder);
    }

    private function collector(string $answers): Collector
    {
        $environ = ['COLLECTED' => "$this->folder/requests.txt", 'ANSWERS' => $answers];
        $this->server = Server::builtIn(__DIR__ . '/apps/refuser.php', $this->folder, $environ);
        return new Collector(str_replace('http://', 'http://me:p%40ss@', $this->server->url()) . 'errors?x=1');
    }

    /** @return list<Item> */
    private static function items(int $number): array
    {
        $made = [];
        for ($each = 0; $each < $number; $each++) {
            $made[] = new Item(bin2hex(random_bytes(16)), 5.0, new Count('00112233445566ff', 1, 5.0, 5.0, 'r'));
        }
        return $made;
    }

    /** @return list<string> */
    private function requests(): array
    {
        return file("$this->folder/requests.txt", FILE_IGNORE_NEW_LINES) ?: [];
    }

    public function testAFullBatchIsHalvedUntilItIsTaken(): void
    {
        $outcomes = $this->collector('202')->send(self::items(5));
        self::assertSame(array_fill(0, 5, Outcome::Delivered), $outcomes);
        $who = 'Basic ' . base64_encode('me:p@ss');
        self::assertSame(array_map(static fn ($each) => "$each $who", [5, 2, 3, 1, 2]), $this->requests());
    }

    public function testMoreThanFiftyAreMoreThanOneRequest(): void
    {
        $outcomes = $this->collector('200,204')->send(self::items(60));
        self::assertCount(60, $outcomes);
        self::assertSame(['50', '10'], array_map(static fn ($each) => explode(' ', $each)[0], $this->requests()));
    }

    public function testWhatIsRefusedIsNeverTriedAgainAndSaidOnce(): void
    {
        $collector = $this->collector('404,404,413');
        self::assertSame([Outcome::Never], $collector->send(self::items(1)));
        self::assertSame([Outcome::Never], $collector->send(self::items(1)));
        self::assertSame([Outcome::Never], $collector->send(self::items(1)));
        $said = (string) file_get_contents("$this->folder/log.txt");
        self::assertSame([1, 1], [substr_count($said, 'check the path in the URL'), substr_count($said, 'of this size')]);
        self::assertStringNotContainsString('p@ss', $said);
        self::assertStringNotContainsString('p%40ss', $said);
    }

    public function testWhatDoesNotAnswerInTimeIsLater(): void
    {
        $collector = $this->collector('503,503,503,503');
        $collector->hurry(Clock::steady() + 0.3);
        self::assertSame([Outcome::Later, Outcome::Later], $collector->send(self::items(2)));
        $nobody = new Collector('http://127.0.0.1:1/');
        $nobody->hurry(Clock::steady() + 0.3);
        self::assertSame([Outcome::Later], $nobody->send(self::items(1)));
        self::assertFileDoesNotExist("$this->folder/log.txt", 'at the end of a process it is only slow');
    }
}
