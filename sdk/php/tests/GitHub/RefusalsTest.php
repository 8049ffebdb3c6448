<?php

declare(strict_types=1);

namespace Splat\Tests\GitHub;

use PHPUnit\Framework\TestCase;
use Splat\Block;
use Splat\Clock;
use Splat\Http\CurlExchange;
use Splat\Http\StreamExchange;

/** T2 and D7 on a GitHub that breaks. */
final class RefusalsTest extends TestCase
{
    public function statuses(): array
    {
        return ['401' => [401, 'wrong, expired or revoked'], '403' => [403, 'may not do this'],
            '404' => [404, 'there is no repository'], '410' => [410, 'issues are turned off'], '418' => [418, 'Check the options']];
    }

    /** @dataProvider statuses */
    public function testARefusalIsOneRequestAndOneWarning(int $status, string $said): void
    {
        $desk = new Desk();
        $desk->proxy('fault', do: $status, path: '/issues');
        $this->assertSame(['never', 'never'], $desk->send(Desk::item(), Desk::item(Desk::OTHER)));
        $this->assertSame(['never'], $desk->send(Desk::item()));
        $this->assertCount(1, $desk->asked());
        $this->assertCount(1, $desk->warnings);
        $this->assertStringContainsString($said, $desk->warnings[0]);
    }

    public function testAnotherTokenIsTriedAtOnce(): void
    {
        $desk = new Desk();
        $desk->proxy('set', name: 'bad_tokens', value: ['old-token']);
        $this->assertSame(['never'], $desk->sendBy($desk->process(['token' => 'old-token']), Desk::item()));
        $this->assertSame(['delivered'], $desk->send(Desk::item()));
    }

    public function testAMinuteLaterItIsTriedAgain(): void
    {
        $desk = new Desk();
        $desk->proxy('fault', do: 403, path: '/issues', times: 1);
        $this->assertSame(['never'], $desk->send(Desk::item()));
        $file = "$desk->spool/github.state";
        $state = json_decode((string) file_get_contents($file), true);
        $state['parts']['refused'][1] -= 61;
        file_put_contents($file, json_encode($state));
        $this->assertSame(['delivered'], $desk->send(Desk::item()));
    }

    public function testATextThatIsNotTakenHoldsUpNoOther(): void
    {
        $desk = new Desk();
        $desk->proxy('fault', do: 422, method: 'POST', times: 1);
        $this->assertSame(['never', 'delivered'], $desk->send(Desk::item(), Desk::item(Desk::OTHER)));
    }

    public function testServerErrorsAreTriedAgain(): void
    {
        $desk = new Desk();
        $desk->proxy('fault', do: 502, path: '/issues', times: 1);
        $this->assertSame(['delivered'], $desk->send(Desk::item()));
        $this->assertSame([502, 200], array_slice(array_column($desk->proxy('requests'), 'status'), 0, 2));
    }

    public function testSilenceThatWasAskedForHoldsForTheNextProcess(): void
    {
        $desk = new Desk();
        $desk->proxy('fault', do: 429, path: '/issues', times: 1, headers: ['Retry-After' => '30']);
        $started = Clock::steady();
        $this->assertSame(['later'], $desk->sendBy($desk->process(seconds: 20.0), Desk::item()));
        $this->assertSame(['later'], $desk->send(Desk::item()));
        $this->assertLessThan(25.0, Clock::steady() - $started);
        $this->assertCount(1, $desk->asked());
        $this->assertSame([], $desk->warnings);
    }

    public function testALostAnswerToACreationIsNoSecondIssue(): void
    {
        $desk = new Desk();
        $desk->proxy('fault', do: 'reset', method: 'POST', path: '/issues$', times: 1, late: true);
        $this->assertSame(['delivered', 'delivered'], $desk->send(Desk::item(), Desk::count(2)));
        $this->assertSame(3, Block::in($desk->only()['body'])?->count);
        $this->assertSame(1, $desk->emulator('labelled', repo: $desk->repo, label: 'auto-fix'));
    }

    public function testALostAnswerAndAProcessThatEndsIsNoSecondIssueEither(): void
    {
        $desk = new Desk();
        $desk->proxy('fault', do: 'hang', method: 'POST', path: '/issues$', times: 1, late: true, seconds: 5);
        $item = Desk::item();
        $this->assertSame(['later'], $desk->sendBy($desk->ending(answered: false), $item));
        $this->assertCount(1, $desk->issues());
        $this->assertSame(['delivered', 'delivered'], $desk->send($item, Desk::count(2)));
        $this->assertSame(3, Block::in($desk->only()['body'])?->count);
        $this->assertSame(1, $desk->emulator('labelled', repo: $desk->repo, label: 'auto-fix'));
    }

    public function testATokenThatMayNotLabelMakesNoMore(): void
    {
        $desk = new Desk();
        $desk->proxy('set', name: 'cannot_label', value: ['bot-token']);
        $this->assertSame(['delivered'], $desk->send(Desk::item()));
        $this->assertSame(['never'], $desk->send(Desk::item(Desk::OTHER)));
        $this->assertCount(1, $desk->issues());
        $this->assertStringContainsString('may not label', $desk->warnings[0]);
    }

    public function testATokenThatMayNotAskWhoItIsLearnsIt(): void
    {
        $desk = new Desk();
        $desk->proxy('set', name: 'installations', value: ['bot-token']);
        $desk->made();
        $this->assertSame(['delivered'], $desk->send(Desk::count(1)));
        $this->assertSame(2, Block::in($desk->only()['body'])?->count);
    }

    public function exchanges(): array
    {
        return ['curl' => [CurlExchange::class], 'streams' => [StreamExchange::class]];
    }

    /** @dataProvider exchanges */
    public function testNoFaultTakesLongerThanTheTimeThereIs(string $exchange): void
    {
        foreach (['hang', 'drip', 'cut', 'reset', 500] as $fault) {
            $desk = new Desk();
            $desk->proxy('fault', do: $fault, path: '/issues');
            $started = Clock::steady();
            $told = $desk->sendBy($desk->process([], null, 0.0, 0.4, new $exchange()), Desk::item());
            $this->assertSame(['later'], $told, (string) $fault);
            $this->assertLessThan(20.0, Clock::steady() - $started, (string) $fault);
            $this->assertSame([], $desk->issues());
        }
    }

    public function testAnUnreachableServerIsSaidOnce(): void
    {
        $desk = new Desk();
        foreach ([new CurlExchange(), new StreamExchange()] as $number => $exchange) {
            for ($try = 0; $try < 3; $try++) {
                $process = $desk->process(['api_url' => 'http://127.0.0.1:9'], null, 0.0, 0.3, $exchange);
                $this->assertSame(['later'], $desk->sendBy($process, Desk::item()));
            }
            $this->assertNotSame([], $desk->warnings);
            $this->assertStringContainsString('GitHub cannot be reached (127.0.0.1: ', $desk->warnings[0]);
            $this->assertStringNotContainsString('bot-token', implode($desk->warnings));
            $desk->warnings = [];
        }
    }

    public function testOfGitHubEnterpriseTheAddressIsAnother(): void
    {
        $desk = new Desk();
        $process = $desk->process(['api_url' => $desk->url . '/api/v3']);
        $this->assertSame(['delivered'], $desk->sendBy($process, Desk::item()));
        $this->assertSame('/api/v3/repos/' . $desk->repo . '/issues', $desk->proxy('requests')[0]['path']);
    }

    public function testAnotherWhoHoldsTheClaimIsWaitedForAndAStaleOneIsNot(): void
    {
        $desk = new Desk();
        touch("$desk->spool/create.lock");
        $this->assertSame(['later'], $desk->sendBy($desk->process(seconds: 1.5), Desk::item()));
        $this->assertFileExists("$desk->spool/create.lock");
        touch("$desk->spool/create.lock", time() - 100);
        $this->assertSame(['delivered'], $desk->send(Desk::item()));
        $this->assertFileDoesNotExist("$desk->spool/create.lock");
    }
}
