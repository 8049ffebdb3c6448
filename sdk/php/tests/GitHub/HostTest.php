<?php

declare(strict_types=1);

namespace Splat\Tests\GitHub;

use PHPUnit\Framework\TestCase;
use Splat\Block;
use Splat\Clock;
use Splat\Dedup\Listed;
use Splat\Delivery;
use Splat\GitHub\Claim;
use Splat\GitHub\Index;
use Splat\GitHub\Notes;
use Splat\Memory;
use Splat\Options;
use Splat\Tests\Folders;

/** D7, D8 and D1 between the processes of a host, and of several. */
final class HostTest extends TestCase
{
    private string $folder;

    protected function setUp(): void
    {
        $this->folder = Folders::make();
    }

    protected function tearDown(): void
    {
        Folders::remove($this->folder);
    }

    public function testTheClaimIsOneProcesssUntilItLetsGo(): void
    {
        [$ours, $theirs] = [new Claim($this->folder), new Claim($this->folder)];
        $this->assertTrue($ours->take());
        $this->assertFalse($theirs->take());
        $ours->release();
        $this->assertTrue($theirs->take());
        $this->assertFalse($ours->take());
        $this->assertSame(0100600, fileperms("$this->folder/create.lock"));
    }

    public function testAStaleClaimIsTakenOverOnce(): void
    {
        $this->assertTrue((new Claim($this->folder))->take());
        touch("$this->folder/create.lock", time() - 61);
        $took = array_map(fn (): bool => (new Claim($this->folder))->take(), range(1, 5));
        $this->assertSame([true, false, false, false, false], $took);
        $ours = new Claim($this->folder);
        touch("$this->folder/create.lock", time() - 61);
        $ours->take();
        touch("$this->folder/create.lock", 1);
        $ours->keep();
        $this->assertFalse((new Claim($this->folder))->take());
    }

    public function testWithoutAFolderEveryoneMay(): void
    {
        foreach ([null, '/proc/nowhere'] as $folder) {
            $this->assertTrue((new Claim($folder))->take());
            $this->assertTrue((new Claim($folder))->take());
        }
    }

    public function testNotesSurviveWhateverStandsInTheirFiles(): void
    {
        file_put_contents("$this->folder/reporters.txt", "\xFF\xFE 12\nx\n-3\n" . str_repeat('9', 5_000));
        touch("$this->folder/7-zz.created");
        touch("$this->folder/0-17310dbb56def269.created");
        $notes = new Notes($this->folder);
        $this->assertSame([[], []], [$notes->reporters(), $notes->owed(0)]);
        $notes->addReporter(5);
        $this->assertSame([5], (new Notes($this->folder))->reporters());
        $notes->owe(9, Desk::SIGNATURE);
        $this->assertSame([9 => Desk::SIGNATURE], Notes::owedIn($this->folder, 0));
        $this->assertSame([], Notes::owedIn($this->folder, 20));
        $notes->settled(9, Desk::SIGNATURE);
        $this->assertSame([], $notes->owed(0));
    }

    public function testWhateverAnEntryHoldsItIsReadOrPassedOver(): void
    {
        mt_srand(4);
        $entry = [
            'number' => 7, 'user' => ['id' => 3], 'body' => Block::marker(Desk::SIGNATURE), 'state' => 'open',
            'state_reason' => null, 'updated_at' => '2026-11-21T07:00:00Z', 'created_at' => '2026-11-21T06:00:00.5Z',
            'closed_at' => null, 'labels' => [['name' => 'splat'], 'bug', 7],
        ];
        $listed = new Listed(7, 3, Desk::SIGNATURE, true, 1795244400000, null, null, [], ['splat', 'bug'], null, null, 1795240800500);
        $this->assertEquals($listed, Index::listed($entry));
        $junk = [null, 0, -1, 1.5, '', 'x', [], ['id' => []], [[]], ['a' => 1], true, '2026-13-45T99:99:99Z', "\xFF"];
        for ($round = 0; $round < 1_000; $round++) {
            $changed = $entry;
            foreach (array_keys($entry) as $key) {
                if (mt_rand(0, 2) === 0) {
                    $changed[$key] = $junk[mt_rand(0, count($junk) - 1)];
                }
            }
            $made = Index::listed($changed);
            $this->assertTrue($made === null || $made->number === 7);
        }
        foreach ([null, 7, [], ['number' => 1], $entry + ['pull_request' => []], ['number' => true] + $entry] as $none) {
            $this->assertNull(Index::listed($none));
        }
    }

    public function testDoublesAreClosedByAnyLaterProcess(): void
    {
        $desk = new Desk();
        $desk->made();
        $body = $desk->only()['body'];
        for ($number = 0; $number < 3; $number++) {
            $desk->emulator('open_issue', repo: $desk->repo, title: 'double', body: $body, labels: ['splat']);
        }
        $desk->emulator('edit', repo: $desk->repo, number: 1, labels: ['splat']);
        $desk->longAfter();
        $this->assertSame(['delivered'], $desk->send(Desk::count(2)));
        $issues = $desk->issues();
        $this->assertSame(['open', 'closed', 'closed', 'closed'], array_column($issues, 'state'));
        $this->assertEqualsCanonicalizing(['splat', 'auto-fix'], $desk->labels(1));
        $this->assertSame('<!-- splat:duplicate of=1 -->', explode("\n", $issues[3]['body'])[2]);
    }

    public function testWhatPeopleWroteStays(): void
    {
        $desk = new Desk();
        $desk->made();
        $body = "People's é words\r\n\n" . $desk->only()['body'] . "\n\n* and more @you #1 \u{202E}";
        $desk->emulator('edit', repo: $desk->repo, number: 1, body: $body, labels: ['splat', 'Mine']);
        $desk->longAfter();
        $desk->longAfter();
        $this->assertSame(['delivered'], $desk->send(Desk::count(2)));
        $issue = $desk->only();
        $now = Block::in($issue['body']);
        $was = Block::in($body);
        $this->assertSame(3, $now?->count);
        $this->assertSame(substr($body, 0, $was?->start), substr($issue['body'], 0, $now->start));
        $this->assertSame(substr($body, $was?->end), substr($issue['body'], $now->end));
        $this->assertEqualsCanonicalizing(['splat', 'Mine'], $desk->labels(1));
    }

    public function testAnIssueThatIsGoneIsForgotten(): void
    {
        $desk = new Desk();
        $desk->made();
        $desk->proxy('fault', do: 404, path: '/issues/1$');
        $desk->proxy('fault', do: 304, method: 'GET', path: '/issues$', times: 1);
        $this->assertSame(['later'], $desk->send(Desk::item()));
        $this->assertSame('GET /issues/1', $desk->asked()[array_key_last($desk->asked())] ?? '');
    }

    public function testAnAnswerWithoutTheFlagMeansPublic(): void
    {
        $desk = new Desk();
        $desk->proxy('fault', do: 200, path: "$desk->repo$", data: ['full_name' => $desk->repo]);
        $desk->send(Desk::item());
        $this->assertStringNotContainsString('a line of the log', $desk->only()['body']);
    }

    public function testAProcessThatEndsLeavesTheLabelToTheNext(): void
    {
        $desk = new Desk();
        $desk->proxy('set', name: 'lag', value: 3_600);
        $this->assertSame(['delivered'], $desk->sendBy($desk->ending(), Desk::item()));
        $this->assertSame(0, $desk->emulator('labelled', repo: $desk->repo, label: 'auto-fix'));
        $desk->proxy('set', name: 'lag', value: 0);
        // Whatever is delivered next, at once: one process of a host delivers at a time.
        $desk->send(Desk::count(1, Desk::OTHER));
        $this->assertSame(1, $desk->emulator('labelled', repo: $desk->repo, label: 'auto-fix'));
        $this->assertSame([], glob("$desk->spool/*.created"));
        $desk->clear();
        $desk->send();
        $this->assertSame([], $desk->asked());
    }

    public function testALabelThatIsStillOwedIsReasonEnoughToDeliver(): void
    {
        $desk = new Desk();
        $desk->proxy('set', name: 'lag', value: 3_600);
        $given = [
            'transport' => 'github', 'repo' => $desk->repo, 'token' => 'bot-token', 'api_url' => $desk->url,
        ];
        $delivery = new Delivery(new Options($given), $desk->spool, new Memory($desk->spool, 'r1', false));
        $this->assertFalse($delivery->isDue());
        $desk->sendBy($desk->ending(), Desk::item());
        $this->assertTrue($delivery->isDue());
        $delivery->run(Clock::steady() + 1.0, false);
        $this->assertSame([false, true], [$delivery->isDue(), $delivery->owes()], 'not with every request');
        touch("$desk->spool/owed", time() - 30);
        $this->assertTrue($delivery->isDue());
        $desk->proxy('set', name: 'lag', value: 0);
        $delivery->run(Clock::steady() + 20.0, false);
        $this->assertSame(1, $desk->emulator('labelled', repo: $desk->repo, label: 'auto-fix'));
        touch("$desk->spool/owed", time() - 30);
        $this->assertSame([false, false], [$delivery->isDue(), $delivery->owes()]);
    }
}
