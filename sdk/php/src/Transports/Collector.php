<?php

declare(strict_types=1);

namespace Splat\Transports;

use Splat\Clock;
use Splat\Count;
use Splat\Http\Answer;
use Splat\Http\Client;
use Splat\Http\Later;
use Splat\Http\Unreachable;
use Splat\Item;
use Splat\Outcome;
use Splat\Transport;
use Splat\Warn;
use Splat\Wire;

/** T4, `http`: batches to a collector's URL. */
final class Collector implements Transport
{
    private const MOST_ITEMS = 50;
    private const MOST_BYTES = 1_000_000;
    private const LIMIT = 1 << 20;
    private const TOO_LARGE = 413;
    private const HINTS = [
        401 => 'check the user and password in the URL',
        403 => 'check what the user in the URL may do',
        404 => 'check the path in the URL',
        410 => 'check the path in the URL',
        422 => 'check that the URL is a collector for Splat\'s reports',
    ];

    private Client $client;
    private string $host;
    private string $path;
    /** No wait of ours would end in time: who is asked late is only slow. */
    private bool $isHurried = false;

    /**
     * @param string $url user and password in it go as Basic authorization
     * @throws \InvalidArgumentException for one that cannot be used
     */
    public function __construct(string $url)
    {
        $parts = (array) parse_url($url);
        $headers = [];
        if (isset($parts['user'])) {
            $who = rawurldecode((string) $parts['user']) . ':' . rawurldecode((string) ($parts['pass'] ?? ''));
            $headers['Authorization'] = 'Basic ' . base64_encode($who);
        }
        $this->host = ($parts['host'] ?? '') . (isset($parts['port']) ? ":{$parts['port']}" : '');
        $this->path = ($parts['path'] ?? '/') . (isset($parts['query']) ? "?{$parts['query']}" : '');
        $this->client = new Client(($parts['scheme'] ?? '') . "://$this->host", $headers);
    }

    public function send(array $batch): array
    {
        $outcomes = [];
        while (count($outcomes) < count($batch)) {
            array_push($outcomes, ...$this->posted(self::first(array_slice($batch, count($outcomes)))));
        }
        return $outcomes;
    }

    public function hurry(float $deadline): void
    {
        $this->isHurried = $deadline - Clock::steady() < Client::READ_SECONDS;
        $this->client->hurry($deadline);
    }

    public function close(float $deadline): void
    {
    }

    /**
     * @param list<Item> $part
     * @return list<Outcome>
     */
    private function posted(array $part): array
    {
        try {
            $answer = $this->client->request('POST', $this->path, self::body($part), [], 4, self::LIMIT);
        } catch (Later $later) {
            $this->tell($later);
            return array_fill(0, count($part), Outcome::Later);
        }
        if ($answer->status >= 200 && $answer->status < 300) {
            return array_fill(0, count($part), Outcome::Delivered);
        }
        if ($answer->status === self::TOO_LARGE && count($part) > 1) {
            $half = intdiv(count($part), 2);
            return [...$this->posted(array_slice($part, 0, $half)), ...$this->posted(array_slice($part, $half))];
        }
        $this->refused($answer);
        return array_fill(0, count($part), Outcome::Never);
    }

    /** Once, that nobody answers. */
    private function tell(Later $later): void
    {
        if ($later instanceof Unreachable && !$this->isHurried) {
            Warn::warn(
                "the collector cannot be reached ({$later->getMessage()}). Errors are kept, and sent when it can. "
                . "Check the option 'url', and the network.",
                'collector unreachable'
            );
        }
    }

    /** One warning a status (T2). The URL is not in it: it may hold a password. */
    private function refused(Answer $answer): void
    {
        $hint = self::HINTS[$answer->status] ?? 'check the URL';
        $text = $answer->status === self::TOO_LARGE
            ? "the collector $this->host takes no report of this size; it was dropped"
            : "the collector $this->host answered with status $answer->status: $hint; errors are dropped";
        Warn::warn($text, "collector $answer->status");
    }

    /**
     * As many from the front as one request may hold, at least one.
     *
     * @param list<Item> $items
     * @return list<Item>
     */
    private static function first(array $items): array
    {
        $size = strlen('{"counts":[],"reports":[]}');
        foreach (array_slice($items, 0, self::MOST_ITEMS) as $index => $item) {
            $size += strlen(Wire::textOf($item)) + 1;
            if ($size > self::MOST_BYTES && $index > 0) {
                return array_slice($items, 0, $index);
            }
        }
        return array_slice($items, 0, self::MOST_ITEMS);
    }

    /** @param list<Item> $items */
    private static function body(array $items): string
    {
        $texts = ['counts' => [], 'reports' => []];
        foreach ($items as $item) {
            $texts[$item->body instanceof Count ? 'counts' : 'reports'][] = Wire::textOf($item);
        }
        [$counts, $reports] = [implode(',', $texts['counts']), implode(',', $texts['reports'])];
        return "{\"counts\":[$counts],\"reports\":[$reports]}";
    }
}
