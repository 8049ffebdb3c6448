<?php

declare(strict_types=1);

namespace Splat\Tests\GitHub;

use PHPUnit\Framework\TestCase;
use Splat\Block;
use Splat\Clock;
use Splat\Http\StreamExchange;
use Splat\Outcome;

/** D on a GitHub that keeps state; each delivery is a process that knows what the spool's folder tells it. */
final class DedupTest extends TestCase
{
    public function testABugIsOneIssueWithItsLabels(): void
    {
        $desk = new Desk();
        $this->assertSame(['delivered'], $desk->sendBy($desk->process(['labels' => ['bug', 'Auto-Fix']]), Desk::item()));
        $issue = $desk->only();
        $this->assertSame('[Splat] TypeError in shop/Cart.php:42', $issue['title']);
        $this->assertSame(Desk::SIGNATURE, Block::markerOf($issue['body']));
        $this->assertStringContainsString('a line of the log', $issue['body']);
        $this->assertEqualsCanonicalizing(['splat', 'bug', 'auto-fix'], $desk->labels($issue['number']));
        $this->assertSame(1, $desk->emulator('labelled', repo: $desk->repo, label: 'auto-fix'));
        $this->assertSame([], glob("$desk->spool/*.created"));
        $this->assertSame([], $desk->warnings);
    }

    public function testTheSameWithPhpsStreams(): void
    {
        $desk = new Desk();
        $process = $desk->process(exchange: new StreamExchange());
        $this->assertSame(['delivered', 'delivered'], $desk->sendBy($process, Desk::item(), Desk::count(4)));
        $this->assertSame(5, Block::in($desk->only()['body'])?->count);
        $this->assertSame(1, $desk->emulator('labelled', repo: $desk->repo, label: 'auto-fix'));
    }

    public function testTheNextProcessCountsWithoutListingAll(): void
    {
        $desk = new Desk();
        $number = $desk->made();
        $this->assertSame(['delivered'], $desk->send(Desk::count(7, release: 'r2')));
        $seen = Block::in($desk->only()['body']);
        $this->assertSame([8, ['r1', 'r2']], [$seen?->count, $seen?->releases]);
        $this->assertSame(['GET /issues', "PATCH /issues/$number"], $desk->asked());
        $this->assertArrayHasKey('since', $desk->proxy('requests')[0]['query']);
    }

    public function testWhatDidNotChangeIsNotReadAgain(): void
    {
        $desk = new Desk();
        $desk->made();
        $desk->send(Desk::item(Desk::OTHER));
        $desk->clear();
        $this->assertSame(['later'], $desk->send(Desk::count(1, '3333333333333333')));
        $this->assertSame(['later'], $desk->send(Desk::count(1, '3333333333333333')));
        // A count without an issue needs no look a minute after the last one.
        $this->assertSame([], $desk->asked());
        $desk->send(Desk::item('4444444444444444'));
        $first = $desk->proxy('requests')[0];
        $this->assertArrayHasKey('if-none-match', $first['headers']);
    }

    public function testAnIssueThatSomeoneJustEditedIsLeftAlone(): void
    {
        $desk = new Desk();
        $number = $desk->made();
        usleep(1_100_000); // GitHub's times are whole seconds
        $desk->emulator('edit', repo: $desk->repo, number: $number, title: 'mine now');
        $desk->longAfter(-500);
        $this->assertSame(['later'], $desk->send(Desk::count(1)));
        $desk->longAfter();
        $this->assertSame(['delivered'], $desk->send(Desk::count(1)));
        $this->assertSame(2, Block::in($desk->only()['body'])?->count);
    }

    public function testOwnWritesAreRememberedBetweenProcesses(): void
    {
        $desk = new Desk();
        $desk->made();
        $this->assertSame(['delivered'], $desk->send(Desk::count(1)));
        $this->assertSame(['delivered'], $desk->send(Desk::count(1)));
        $this->assertSame(3, Block::in($desk->only()['body'])?->count);
    }

    public function testAStrangersMarkCapturesNothing(): void
    {
        $desk = new Desk(private: false);
        $body = Block::marker(Desk::SIGNATURE) . "\n" . Block::of(1, '2026-11-21T07:00:00.123Z', '2026-11-21T07:00:00.123Z', []);
        $desk->emulator('open_issue', repo: $desk->repo, title: 'x', body: $body, labels: ['splat'], token: 'stranger-token');
        $this->assertSame(['delivered'], $desk->send(Desk::item()));
        $this->assertCount(2, $desk->issues());
    }

    public function testARegressionIsReopenedOnce(): void
    {
        $desk = new Desk();
        $number = $desk->made();
        $desk->close($number, 'completed');
        $this->assertSame(['delivered'], $desk->send(Desk::item()));
        $this->assertSame('closed', $desk->only()['state']);
        $this->assertSame(['delivered'], $desk->send(Desk::item(release: 'r2')));
        $issue = $desk->only();
        $this->assertSame('open', $issue['state']);
        $this->assertContains('regression', $desk->labels($number));
        $comments = $desk->emulator('comments', repo: $desk->repo, number: $number);
        $this->assertSame(['Seen again in a release that was not known when this was closed.'], $comments);
        $this->assertSame(['r1', 'r2'], Block::in($issue['body'])?->releases);
    }

    public function testWhatIsNotPlannedStaysSilent(): void
    {
        $desk = new Desk();
        $number = $desk->made();
        $desk->close($number, 'not_planned');
        $this->assertSame(['delivered'], $desk->send(Desk::item(release: 'r9')));
        $this->assertSame('closed', $desk->only()['state']);
    }

    public function testAClosedDuplicateLeadsToItsCanonicalIssue(): void
    {
        $desk = new Desk();
        $kept = $desk->made(Desk::OTHER);
        $closed = $desk->made();
        $desk->close($closed, 'duplicate');
        $desk->proxy('canonical', repo: $desk->repo, number: $closed, of: $kept);
        $desk->longAfter();
        $this->assertSame(['delivered'], $desk->send(Desk::count(3)));
        $bodies = array_column($desk->issues(), 'body', 'number');
        $this->assertSame(4, Block::in($bodies[$kept])?->count);
    }

    public function testTwoOfOneBugEndAsOne(): void
    {
        $desk = new Desk();
        $desk->proxy('set', name: 'lag', value: 3_600);
        $spools = [$desk->spool . '/a', $desk->spool . '/b'];
        foreach ($spools as $spool) {
            mkdir($spool, 0700);
            $desk->ending(spool: $spool)->send([Desk::item()]);
        }
        $this->assertCount(2, $desk->issues('open'));
        $this->assertSame(0, $desk->emulator('labelled', repo: $desk->repo, label: 'auto-fix'));
        $this->assertCount(1, glob("$spools[0]/*.created"));
        $desk->proxy('set', name: 'lag', value: 0);
        $desk->longAfter();
        foreach ($spools as $spool) {
            foreach (glob("$spool/*.created") as $note) {
                touch($note, time() - 60);
            }
            $desk->process(spool: $spool)->close(Clock::steady() + 10);
        }
        [$kept, $closed] = $desk->issues();
        $this->assertSame(['open', 'closed'], [$kept['state'], $closed['state']]);
        $this->assertSame($kept['number'], Block::in($closed['body'])?->duplicateOf);
        $this->assertSame(1, $desk->emulator('labelled', repo: $desk->repo, label: 'auto-fix'));
        $this->assertSame([], [...glob("$spools[0]/*.created"), ...glob("$spools[1]/*.created")]);
        $desk->longAfter();
        $this->assertSame(['delivered'], $desk->sendBy($desk->process(spool: $spools[1]), Desk::count(2)));
        $this->assertSame(3, Block::in($desk->issues()[0]['body'])?->count);
    }

    public function testManyProcessesAtOnceMakeOneIssue(): void
    {
        $desk = new Desk();
        $script = 'require $argv[1]; $spool = $argv[4] . "/" . ($argv[5] % 3); @mkdir($spool, 0700);
            $options = new Splat\Options(["repo" => $argv[2], "token" => "bot-token", "api_url" => $argv[3]]);
            $process = new Splat\Transports\GitHub($options, $spool);
            $process->hurry(Splat\Clock::steady() + 20);
            $item = unserialize(base64_decode($argv[6]));
            echo $process->send([$item])[0]->value, "\n"; $process->close(Splat\Clock::steady() + 5);';
        $running = [];
        for ($number = 0; $number < 9; $number++) {
            $command = [PHP_BINARY, '-r', $script, '--', __DIR__ . '/../../autoload.php', $desk->repo,
                $desk->url, $desk->spool, (string) $number, self::packed(Desk::item())];
            $running[] = [proc_open($command, [1 => ['pipe', 'w']], $pipes), $pipes[1]];
        }
        foreach ($running as [$process, $pipe]) {
            $said = stream_get_contents($pipe);
            $this->assertContains(trim((string) $said), ['delivered', 'later']);
            proc_close($process);
        }
        $desk->longAfter();
        foreach (glob("$desk->spool/*/*.created") as $note) {
            touch($note, time() - 60);
        }
        for ($number = 0; $number < 3; $number++) {
            $desk->sendBy($desk->process(spool: "$desk->spool/$number"), Desk::count(1));
        }
        $this->assertCount(1, $desk->issues('open'));
        $this->assertSame(1, $desk->emulator('labelled', repo: $desk->repo, label: 'auto-fix'));
    }

    private static function packed(\Splat\Item $item): string
    {
        return base64_encode(serialize($item));
    }

    public function testTenIssuesAnHourAndTheRestIsCountedInOne(): void
    {
        $desk = new Desk();
        $told = [];
        for ($number = 1; $number <= 13; $number++) {
            $told = [...$told, ...$desk->send(Desk::item(sprintf('%016x', $number)))];
        }
        $this->assertSame(array_fill(0, 13, 'delivered'), $told);
        $issues = $desk->issues();
        $this->assertCount(11, $issues);
        $this->assertSame('[Splat] More errors than issues', $issues[10]['title']);
        // The first was told at once; those after it wait for the hour to be over.
        $this->assertSame(1, Block::in($issues[10]['body'])?->count);
        $this->assertSame('0000000000000000', Block::markerOf($issues[10]['body']));
    }

    public function testAPublicRepositoryShowsNoLogs(): void
    {
        $desk = new Desk(private: false);
        $desk->send(Desk::item());
        $body = $desk->only()['body'];
        foreach (['a line of the log', 'a breadcrumb', '/carts/7', 'array(2)'] as $hidden) {
            $this->assertStringNotContainsString($hidden, $body);
        }
        $asked = ['public_logs' => true, 'public_request' => true, 'public_locals' => true];
        $desk->sendBy($desk->process($asked), Desk::item(Desk::OTHER));
        $body = $desk->issues()[1]['body'];
        foreach (['a line of the log', 'a breadcrumb', '/carts/7', 'array(2)'] as $shown) {
            $this->assertStringContainsString($shown, $body);
        }
    }

    public function testWithoutAFolderOneProcessKnowsItsOwn(): void
    {
        $desk = new Desk();
        $process = $desk->process(spool: '');
        $this->assertSame(['delivered'], $desk->sendBy($process, Desk::item()));
        $this->assertSame(['delivered', 'delivered'], $desk->sendBy($process, Desk::item(), Desk::count(3)));
        $this->assertSame(5, Block::in($desk->only()['body'])?->count);
    }

    public function testAStateThatIsDamagedIsReadFromGitHubAgain(): void
    {
        $desk = new Desk();
        $desk->made();
        foreach (['', '{', '{"version":1,"parts":{"index":{"issues":[[1]],"shown":[9],"tag":[]},"made":7,"public":[1],"own_writes":3}}'] as $text) {
            file_put_contents("$desk->spool/github.state", $text);
            $desk->longAfter();
            $this->assertSame(['delivered'], $desk->send(Desk::count(1)));
        }
        $this->assertSame(4, Block::in($desk->only()['body'])?->count);
        $this->assertSame([], $desk->warnings);
        $this->assertSame(0100600, fileperms("$desk->spool/github.state"));
    }

    public function testNothingOfTheTokenIsInTheFolder(): void
    {
        $desk = new Desk();
        $desk->made();
        foreach (glob("$desk->spool/*") as $file) {
            $this->assertStringNotContainsString('bot-token', (string) file_get_contents($file) . $file);
        }
    }
}
