<?php

declare(strict_types=1);

namespace Splat;

/** I3 to I7: one report as the body of an issue, whatever its size. */
final class Body
{
    private const RELATIONS = ['cause' => 'Caused by: ', 'context' => 'While handling: ', 'member' => 'In the group: '];
    private const MOST_RECORDS = 50;
    private const WIDTH = 200;

    /**
     * @param array<string, mixed> $report
     * @param string $document its canonical JSON
     */
    public function __construct(private readonly array $report, private readonly string $document)
    {
    }

    public function text(): string
    {
        $parts = [Block::marker($this->report['signature']) . "\n" . $this->block(), ...$this->whatHappened()];
        array_push($parts, '### Trace', Text::fence($this->trace(), 'text', 50_000));
        $rows = $this->rows();
        if ($rows !== []) {
            array_push($parts, '### Where it ran', implode("\n", ['| | |', '| --- | --- |', ...$rows]));
        }
        array_push($parts, ...$this->folds());
        $leftOut = Shrink::stepsIn($this->report);
        if ($leftOut !== []) {
            $parts[] = 'Left out to fit: ' . implode(', ', $leftOut) . '.';
        }
        $parts[] = self::fold('Report for Splat', "```json\n{$this->document}\n```");
        return implode("\n\n", $parts);
    }

    private function block(): string
    {
        $seen = $this->part('occurrences');
        $time = Place::text($this->report, 'time');
        $first = Place::text($seen, 'first_seen');
        $last = Place::text($seen, 'last_seen');
        $release = Block::encoded(Place::text($this->report, 'release'));
        return Block::of(
            min($seen['count'] ?? 1, Block::MAX_COUNT),
            $first === '' ? $time : $first,
            $last === '' ? $time : $last,
            $release === '' ? [] : [$release],
        );
    }

    /** @return list<string> */
    private function whatHappened(): array
    {
        $exceptions = $this->report['exceptions'];
        $place = Place::in($exceptions);
        $message = trim(Text::clean(Place::text($exceptions[0], 'message')), "\n");
        $lines = [self::named($exceptions[0], $message)];
        if ($place->index > 0) {
            $lines[] = self::firstLine($exceptions[$place->index]);
        }
        $parts = ['### What happened', Text::fence(implode("\n", $lines), 'text', 5_000)];
        if ($place->frame === null) {
            return $parts;
        }
        $function = Place::text($place->frame, 'function');
        $inside = Text::oneLine($function, self::WIDTH) === '' ? '' : ' in ' . Text::span($function, self::WIDTH);
        $parts[] = 'At ' . Text::span(Place::of($place->frame)) . "$inside.";
        $code = self::code($place->frame);
        return $code === [] ? $parts : [...$parts, Text::fence(implode("\n", $code), 'text', 5_000)];
    }

    /**
     * The crash line between those around it, with their indentation.
     *
     * @param array<string, mixed> $frame
     * @return list<string>
     */
    private static function code(array $frame): array
    {
        $before = $frame['pre_context'] ?? [];
        $after = $frame['post_context'] ?? [];
        if (empty($before) && empty($after)) {
            return [];
        }
        $line = static fn (string $mark, string $line): string =>
            rtrim($mark . Utf8::cut(str_replace("\n", ' ', Text::clean($line)), self::WIDTH), "\t ");
        $around = static fn (string $text): string => $line('  ', $text);
        return [
            ...array_map($around, $before),
            $line('> ', Place::text($frame, 'source')),
            ...array_map($around, $after),
        ];
    }

    /** @param array<string, mixed> $exception */
    private static function named(array $exception, string $message): string
    {
        $kind = Text::oneLine($exception['type'], self::WIDTH);
        $kind = $kind === '' ? 'Error' : $kind;
        return $message === '' ? $kind : "$kind: $message";
    }

    /** @param array<string, mixed> $exception */
    private static function firstLine(array $exception): string
    {
        $relation = self::RELATIONS[Place::text($exception, 'relation')] ?? '';
        return $relation . self::named($exception, Text::oneLine(Place::text($exception, 'message'), self::WIDTH));
    }

    private function trace(): string
    {
        $traces = [];
        foreach ($this->report['exceptions'] as $index => $exception) {
            $lines = [self::firstLine($index === 0 ? ['relation' => ''] + $exception : $exception)];
            foreach (array_reverse($exception['frames'] ?? []) as $frame) {
                array_push($lines, ...self::frameLines($frame));
            }
            $traces[] = implode("\n", $lines);
        }
        return implode("\n\n", $traces);
    }

    /**
     * @param array<string, mixed> $frame
     * @return list<string>
     */
    private static function frameLines(array $frame): array
    {
        $function = Text::oneLine(Place::text($frame, 'function'), self::WIDTH);
        $mark = ($frame['in_app'] ?? false) === true ? '> ' : '  ';
        $place = $mark . Place::of($frame) . ($function === '' ? '' : " in $function");
        $source = Text::oneLine(Place::text($frame, 'source'), self::WIDTH);
        return $source === '' ? [$place] : [$place, "      $source"];
    }

    /** @return list<string> I6: a table's rows */
    private function rows(): array
    {
        $rows = [];
        foreach ($this->facts() as $name => $parts) {
            $value = implode(' ', array_filter($parts, static fn (string $part): bool => $part !== ''));
            if (Text::oneLine($value, self::WIDTH) !== '') {
                $rows[] = "| $name | " . Text::span($value, self::WIDTH, true) . ' |';
            }
        }
        return $rows;
    }

    /** @return array<string, list<string>> */
    private function facts(): array
    {
        $report = $this->report;
        [$sdk, $request, $deploy] = array_map($this->part(...), ['sdk', 'request', 'deploy']);
        $route = Place::text($request, 'route');
        $path = Place::text($request, 'path');
        $runtime = [Place::text($report, 'runtime'), Place::text($report, 'runtime_version')];
        return [
            'Service' => [Place::text($report, 'service')],
            'Environment' => [Place::text($report, 'environment')],
            'Release' => [Place::text($report, 'release')],
            'Runtime' => $runtime,
            'Platform' => [Place::text($report, 'platform')],
            'SDK' => [Place::text($sdk, 'name'), Place::text($sdk, 'version')],
            'Request' => [Place::text($request, 'method'), $route === '' ? $path : $route],
            'Path' => [$route === '' ? '' : $path],
            'Trace id' => [Place::text($report, 'trace_id')],
            'Deploy' => [Place::text($deploy, 'id'), Place::text($deploy, 'time')],
            'Tags' => [$this->tags()],
        ];
    }

    private function tags(): string
    {
        $tags = $this->part('tags');
        ksort($tags, SORT_STRING);
        $pairs = [];
        foreach (array_keys($tags) as $key) {
            $pairs[] = "$key=" . Place::text($tags, $key);
        }
        return implode(', ', $pairs);
    }

    /** @return list<string> I7, but for the report itself */
    private function folds(): array
    {
        $request = $this->request();
        $folds = $request === '' ? [] : [self::fold('Request', Text::fence($request, 'text', 10_000))];
        foreach (['logs' => 'Logs', 'breadcrumbs' => 'Breadcrumbs'] as $name => $title) {
            $entries = $this->part($name);
            if ($entries !== []) {
                $records = array_map(self::record(...), array_slice($entries, -self::MOST_RECORDS));
                $title = "$title (" . count($entries) . ')';
                $folds[] = self::fold($title, Text::fence(implode("\n", $records), 'text', 16_000));
            }
        }
        return $folds;
    }

    private function request(): string
    {
        $request = $this->part('request');
        $lines = [];
        foreach (['query' => ['?', '='], 'headers' => ['', ': ']] as $name => [$before, $between]) {
            $texts = is_array($request[$name] ?? null) ? $request[$name] : [];
            ksort($texts, SORT_STRING);
            foreach (array_keys($texts) as $key) {
                $value = Text::oneLine(Place::text($texts, $key), 300);
                $lines[] = $before . Text::oneLine((string) $key, self::WIDTH) . $between . $value;
            }
        }
        $body = Place::text($request, 'body');
        if ($body !== '') {
            $lines = [...$lines, ...($lines === [] ? [] : ['']), trim(Text::clean($body), "\n")];
        }
        return implode("\n", $lines);
    }

    /** @param array<string, mixed> $entry one log entry or breadcrumb, as a line */
    private static function record(array $entry): string
    {
        $logger = Place::text($entry, 'logger');
        $head = [];
        $who = [
            rtrim(substr(Place::text($entry, 'time'), 11, 12), 'Z'),
            Place::text($entry, 'level'),
            $logger === '' ? Place::text($entry, 'category') : $logger,
        ];
        foreach ($who as $each) {
            if ($each !== '') {
                $head[] = Text::oneLine($each, 100);
            }
        }
        $head = implode(' ', $head);
        $message = Text::oneLine(Place::text($entry, 'message'), 300);
        return $head !== '' && $message !== '' ? "$head: $message" : $head . $message;
    }

    private static function fold(string $name, string $content): string
    {
        return "<details><summary>$name</summary>\n\n$content\n\n</details>";
    }

    /** @return array<array-key, mixed> a container of the report; empty where it has none */
    private function part(string $name): array
    {
        $part = $this->report[$name] ?? null;
        return is_array($part) ? $part : [];
    }
}
