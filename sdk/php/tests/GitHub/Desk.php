<?php

declare(strict_types=1);

namespace Splat\Tests\GitHub;

use Splat\Clock;
use Splat\Count;
use Splat\Http\Client;
use Splat\Http\Exchange;
use Splat\Item;
use Splat\Options;
use Splat\Outcome;
use Splat\Tests\Folders;
use Splat\Transports\GitHub;

/** A repository, and processes that report to it, each in place of one request to an app. */
final class Desk
{
    public const SIGNATURE = '17310dbb56def269';
    public const OTHER = '2222222222222222';

    public readonly string $url;
    public readonly string $repo;
    public readonly string $spool;
    /** @var list<string> */
    public array $warnings = [];
    private readonly Kit $kit;
    private readonly int $proxy;
    private float $ahead = 0.0;
    private float $seconds = 20.0;

    public function __construct(bool $private = true)
    {
        $this->kit = Kit::running();
        [$this->proxy, $this->url] = $this->kit->proxy();
        $this->repo = $this->emulator('repository', private: $private);
        $this->spool = Folders::make();
    }

    public function __destruct()
    {
        Folders::remove($this->spool);
        if ($this->kit->runs()) {
            $this->proxy('end');
        }
    }

    /** What people do on GitHub, and what they see there. */
    public function emulator(string $call, mixed ...$named): mixed
    {
        return $this->kit->call($call, $named);
    }

    /** What breaks on the way there, and what came along. */
    public function proxy(string $call, mixed ...$named): mixed
    {
        return $this->kit->call($call, $named, $this->proxy);
    }

    /** Nothing is broken any more, and no request is remembered. */
    public function clear(): void
    {
        $this->proxy('mend');
        $this->proxy('forget');
    }

    public function process(
        array $options = [],
        ?string $spool = null,
        float $jitter = 0.0,
        float $seconds = 20.0,
        ?Exchange $exchange = null,
    ): GitHub {
        $given = ['repo' => $this->repo, 'token' => 'bot-token', 'api_url' => $this->url];
        $warn = function (string $text): void {
            $this->warnings[] = $text;
        };
        $made = new GitHub(new Options($options + $given), $spool ?? $this->spool, $warn, $jitter, $exchange);
        $this->seconds = $seconds;
        $made->hurry(Clock::steady() + $seconds);
        return $made;
    }

    /** One whose time is over soon after an issue is created: when that is `$answered`, or at once when it is asked for. */
    public function ending(bool $answered = true, ?string $spool = null): GitHub
    {
        $exchange = new Ending($answered);
        $exchange->process = $this->process(spool: $spool, exchange: $exchange);
        $this->seconds = Ending::SECONDS;
        return $exchange->process;
    }

    /**
     * What became of each, sent by a process that is new unless given, and is over then.
     *
     * @return list<string>
     */
    public function send(Item ...$items): array
    {
        return $this->sendBy($this->process(), ...$items);
    }

    /** @return list<string> */
    public function sendBy(GitHub $process, Item ...$items): array
    {
        $told = array_map(static fn (Outcome $each): string => $each->value, $process->send(array_values($items)));
        $process->close(Clock::steady() + min(20.0, $this->seconds));
        return $told;
    }

    public static function item(string $signature = self::SIGNATURE, ?float $at = null, string $release = 'r1', array $given = []): Item
    {
        $at ??= microtime(true);
        $frame = ['path' => 'shop/Cart.php', 'line' => 42, 'function' => 'total', 'in_app' => true, 'locals' => ['item' => 'array(2)']];
        $report = $given + [
            'schema' => 'splat-report/1', 'id' => bin2hex(random_bytes(16)), 'time' => Clock::iso($at), 'runtime' => 'php',
            'signature' => $signature, 'release' => $release,
            'exceptions' => [['type' => 'TypeError', 'message' => 'no price', 'frames' => [$frame]]],
            'logs' => [['message' => 'a line of the log', 'level' => 'info', 'logger' => 'shop']],
            'breadcrumbs' => [['message' => 'a breadcrumb', 'category' => 'ui']],
            'request' => ['method' => 'GET', 'path' => '/carts/7'],
        ];
        return new Item($report['id'], $at, $report);
    }

    public static function count(int $seen, string $signature = self::SIGNATURE, ?float $at = null, string $release = 'r1'): Item
    {
        $at ??= microtime(true);
        return new Item(bin2hex(random_bytes(16)), $at, new Count($signature, $seen, $at, $at, $release));
    }

    /** @return list<array<string, mixed>> */
    public function issues(string $state = 'all'): array
    {
        return $this->emulator('issues', repo: $this->repo, state: $state);
    }

    /** The one issue there is. */
    public function only(): array
    {
        $issues = $this->issues();
        if (count($issues) !== 1) {
            throw new \UnexpectedValueException(count($issues) . ' issues');
        }
        return $issues[0];
    }

    /** An issue as an earlier process made it long ago, with its trigger label; its number. */
    public function made(string $signature = self::SIGNATURE, string $release = 'r1'): int
    {
        $told = $this->send(self::item($signature, null, $release));
        if ($told !== ['delivered']) {
            throw new \UnexpectedValueException(implode($told) . implode("\n", $this->warnings));
        }
        $this->longAfter();
        $this->clear();
        return max(array_column($this->issues(), 'number'));
    }

    /** As a person closes it, through the proxy, which plays the reason `duplicate`. */
    public function close(int $number, string $reason): void
    {
        $client = new Client($this->url, ['Authorization' => 'Bearer bot-token']);
        $client->request('PATCH', "/repos/$this->repo/issues/$number", ['state' => 'closed', 'state_reason' => $reason]);
        $this->clear();
    }

    /** Time passes, on GitHub's clock, and on that of the host as far as it knows GitHub's. */
    public function longAfter(float $seconds = 600.0): void
    {
        $this->ahead += $seconds;
        $this->proxy('set', name: 'ahead', value: $this->ahead);
        foreach ([...glob("$this->spool/github.state"), ...glob("$this->spool/*/github.state")] as $file) {
            $state = json_decode((string) file_get_contents($file), true);
            if (isset($state['parts']['ahead'])) {
                $state['parts']['ahead'] += $seconds;
                file_put_contents($file, json_encode($state));
            }
        }
    }

    /** @return list<string> method and end of the path of each request so far */
    public function asked(): array
    {
        $end = fn (array $each): string => $each['method'] . ' ' . str_replace("/repos/$this->repo", '', $each['path']);
        return array_map($end, $this->proxy('requests'));
    }

    /** @return list<string> */
    public function labels(int $number): array
    {
        return $this->emulator('labels', repo: $this->repo, number: $number);
    }
}
