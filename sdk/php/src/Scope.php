<?php

declare(strict_types=1);

namespace Splat;

/**
 * What is known when an error comes: the request being answered, tags, contexts, breadcrumbs, and the last log records.
 *
 * Mostly a process answers one request, and the scope is the process's. Where one answers many (queue workers, loops),
 * each has its own between `enter` and `leave`. What an app gives is turned into plain data at once.
 */
final class Scope
{
    private const MOST_RECORDS = 200;
    private const MOST_CRUMBS = 100;
    /** As many entries as L3.4 lets through. */
    private const MOST_NAMES = 100;
    /** Bytes of one text (rule X11: more than 100,000 code points), and of all log records in the ring. */
    private const MOST_A_TEXT = 400_004;
    private const MOST_TEXT = 600_000;

    private static ?self $process = null;
    /** @var list<self> */
    private static array $entered = [];
    /** @var list<array{float, string, string, string}> time, level, logger, message */
    private static array $records = [];
    private static int $size = 0;

    /** @var array<string, string> */
    private array $tags = [];
    /** @var array<string, mixed> */
    private array $contexts = [];
    /** @var list<array<string, mixed>> */
    private array $crumbs = [];

    /** @param (\Closure(): array<string, mixed>)|null $request asked for the report's `request` when an error comes */
    private function __construct(private ?\Closure $request)
    {
    }

    /** A request begins. */
    public static function enter(?\Closure $request): self
    {
        return self::$entered[] = new self($request);
    }

    /** It ends, and with it what was begun in it and not ended. */
    public static function leave(self $scope): void
    {
        $index = array_search($scope, self::$entered, true);
        if ($index !== false) {
            array_splice(self::$entered, (int) $index);
        }
    }

    /** Asked for the request from now on; for frameworks that know more of it later. */
    public static function describe(\Closure $request): void
    {
        self::current()->request = $request;
    }

    private static function current(): self
    {
        return end(self::$entered) ?: self::process();
    }

    private static function process(): self
    {
        return self::$process ??= new self(null);
    }

    /** Null takes the tag away. */
    public static function setTag(string $name, string|int|float|bool|null $value): void
    {
        $scope = self::current();
        $name = Utf8::head($name, 200);
        if ($value === null) {
            unset($scope->tags[$name]);
        } elseif (isset($scope->tags[$name]) || count($scope->tags) < self::MOST_NAMES) {
            $scope->tags[$name] = is_bool($value) ? ($value ? 'true' : 'false') : self::text((string) $value);
        }
    }

    /**
     * A value of any shape under a name; null takes it away.
     *
     * @param array<array-key, mixed>|null $value
     */
    public static function setContext(string $name, ?array $value): void
    {
        $scope = self::current();
        $name = Utf8::head($name, 200);
        if ($value === null) {
            unset($scope->contexts[$name]);
        } elseif (isset($scope->contexts[$name]) || count($scope->contexts) < self::MOST_NAMES) {
            $scope->contexts[$name] = Plain::copy($value);
        }
    }

    /**
     * What the app did; the last MOST_CRUMBS of a request are kept.
     *
     * @param array<array-key, mixed>|null $data
     */
    public static function addBreadcrumb(string $message, string $category, string $level, ?array $data): void
    {
        $scope = self::current();
        $crumb = ['time' => Clock::iso(microtime(true)), 'message' => self::text($message)];
        $crumb += array_filter(['category' => self::text($category), 'level' => self::text($level)]);
        if ($data) {
            $crumb['data'] = (object) Plain::copy($data);
        }
        $scope->crumbs[] = $crumb;
        if (count($scope->crumbs) > self::MOST_CRUMBS) {
            array_shift($scope->crumbs);
        }
    }

    /** A record of the app's log. */
    public static function log(string $level, string $logger, string $message): void
    {
        $message = substr($message, 0, self::MOST_A_TEXT);
        self::$records[] = [microtime(true), $level, $logger, $message];
        self::$size += strlen($message);
        while (
            count(self::$records) > self::MOST_RECORDS
            || (self::$size > self::MOST_TEXT && count(self::$records) > 1)
        ) {
            self::$size -= strlen(array_shift(self::$records)[3]);
        }
    }

    /** @return array<string, mixed> keys of the report, not yet redacted */
    public static function gather(): array
    {
        $scope = self::current();
        $process = self::process();
        $told = self::asked($scope->request);
        $told['tags'] = $scope->tags + $process->tags;
        $told['contexts'] = $scope->contexts + $process->contexts;
        $told['breadcrumbs'] = $scope->crumbs;
        foreach (self::$records as [$when, $level, $logger, $message]) {
            $record = ['time' => Clock::iso($when), 'level' => $level, 'logger' => $logger];
            $told['logs'][] = $record + ['message' => Utf8::scrub($message)];
        }
        return array_filter($told, static fn ($each) => $each !== [] && $each !== null && $each !== '');
    }

    /** A new start: all that was set goes. */
    public static function forget(): void
    {
        self::$process = null;
        [self::$entered, self::$records, self::$size] = [[], [], 0];
    }

    /** @return array<string, mixed> */
    private static function asked(?\Closure $request): array
    {
        try {
            $answer = $request === null ? Request::ofProcess() : $request();
        } catch (\Throwable $error) {
            $kind = get_debug_type($error);
            Warn::warn("the request could not be read ($kind): reports go without it", 'request');
            return [];
        }
        $traceId = $answer['trace_id'] ?? '';
        unset($answer['trace_id']);
        return array_filter(['request' => $answer, 'trace_id' => $traceId]);
    }

    private static function text(string $text): string
    {
        return Utf8::head($text, self::MOST_A_TEXT);
    }
}
