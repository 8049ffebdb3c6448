<?php

/**
 * Does what it is told on stdin, one JSON object a line, and answers with one line of JSON each on stdout: for tests that
 * drive all SDKs alike.
 */

declare(strict_types=1);

require __DIR__ . '/../autoload.php';
require __DIR__ . '/bugs.php';

/** @return array<string, mixed> */
function answer(array $asked): array
{
    $done = ['ok' => true];
    switch ($asked['do']) {
        case 'init':
            \Splat\init($asked['options'] ?? []);
            return $done;
        case 'capture':
            return ['ids' => capture((int) $asked['bug'], (string) $asked['message'], (int) ($asked['times'] ?? 1))];
        case 'message':
            return ['id' => \Splat\capture_message((string) $asked['text'])];
        case 'breadcrumb':
            \Splat\add_breadcrumb((string) $asked['message']);
            return $done;
        case 'tag':
            \Splat\set_tag((string) $asked['name'], $asked['value']);
            return $done;
        case 'flush':
            return ['flushed' => \Splat\flush((float) ($asked['seconds'] ?? 10))];
        case 'close':
            \Splat\close();
            return $done;
        case 'sleep':
            usleep((int) ($asked['seconds'] * 1_000_000));
            return $done;
        default:
            throw new \InvalidArgumentException("nothing to do: {$asked['do']}");
    }
}

/** @return list<string|null> the first ten ids */
function capture(int $bug, string $message, int $times): array
{
    $ids = [];
    for ($time = 0; $time < $times; $time++) {
        try {
            "bug_$bug"($message);
        } catch (\RuntimeException $error) {
            $id = \Splat\capture_exception($error);
        }
        if ($time < 10) {
            $ids[] = $id;
        }
    }
    return $ids;
}

function finish(string $how): void
{
    match ($how) {
        'exit' => exit(3),
        'uncaught' => bug_0('uncaught in main'),
        'thread' => (new \Fiber(static fn () => bug_0('uncaught in a fiber')))->start(),
        'kill' => posix_kill((int) getmypid(), 9),
        default => null,
    };
}

while (($line = fgets(STDIN)) !== false) {
    $asked = json_decode($line, true, 64, JSON_THROW_ON_ERROR);
    if ($asked['do'] === 'end') {
        finish((string) ($asked['how'] ?? 'normal'));
        break;
    }
    fwrite(STDOUT, json_encode(answer($asked), JSON_THROW_ON_ERROR) . "\n");
}
