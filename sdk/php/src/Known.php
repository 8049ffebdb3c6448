<?php

declare(strict_types=1);

namespace Splat;

/** Signatures of errors that this process has seen: one that comes again and again is not read each time. */
final class Known
{
    private const MOST_KEYS = 2_000;
    private const MOST_CALLS = 200;
    /** S9 and S10 read how a message begins. */
    private const SPEAKING = '/^(Allowed memory size of |Maximum execution time of |Maximum call stack size '
        . '|stack overflow|Maximum function nesting level of |too much recursion|maximum recursion depth exceeded)/';

    /** @var array<string, string> */
    private array $signatures = [];

    /** What errors of one bug share in one process, whatever their messages are. */
    public static function keyOf(\Throwable $error): string
    {
        $parts = [];
        foreach (Snapshot::links($error) as $each) {
            array_push($parts, $each::class, Snapshot::fileOf($each), (string) Snapshot::lineOf($each));
            foreach (array_slice($each->getTrace(), 0, self::MOST_CALLS) as $call) {
                $parts[] = ($call['function'] ?? '') . ($call['file'] ?? '') . ':' . ($call['line'] ?? '');
            }
        }
        return hash('xxh128', implode("\n", $parts));
    }

    /** "" for one that is not known. */
    public function signature(string $key): string
    {
        return $this->signatures[$key] ?? '';
    }

    /**
     * Where no frame is the app's, and by some rules, the message decides: then nothing is remembered.
     *
     * @param list<Raised> $raised
     */
    public function remember(string $key, string $signature, array $raised): void
    {
        $inApp = false;
        foreach ($raised as $each) {
            if (preg_match(self::SPEAKING, $each->message)) {
                return;
            }
            foreach ($each->frames as $frame) {
                $inApp = $inApp || $frame->inApp;
            }
        }
        if ($inApp && $key !== '' && count($this->signatures) < self::MOST_KEYS) {
            $this->signatures[$key] = $signature;
        }
    }
}
