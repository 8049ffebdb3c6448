<?php
// Called from the source that the watched run is given: writes an exception down once, with its own trace.

function splat_saw(\Throwable $error): void
{
    static $seen = null;
    $seen = $seen ?? new \SplObjectStorage();
    if (count($seen) >= 500 || isset($seen[$error])) {
        return;
    }
    $seen[$error] = true;
    $rows = [];
    [$file, $line] = [$error->getFile(), $error->getLine()];
    foreach (array_slice($error->getTrace(), 0, 60) as $call) {
        // A call tells where it was made from, and what it called: the function belongs to the place before it.
        $rows[] = [$file, $line, (string) ($call['function'] ?? '')];
        [$file, $line] = [$call['file'] ?? '', $call['line'] ?? 0];
    }
    $rows[] = [$file, $line, ''];
    $record = [
        'types' => array_merge([get_class($error)], array_values(class_parents($error) ?: [])),
        'message' => substr($error->getMessage(), 0, 1000),
        'frames' => array_reverse($rows),
    ];
    $text = json_encode($record, JSON_PARTIAL_OUTPUT_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES);
    file_put_contents((getenv('SPLAT_RESULTS') ?: '.') . '/raised.jsonl', "$text\n", FILE_APPEND);
}
