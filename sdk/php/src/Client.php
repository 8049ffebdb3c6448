<?php

declare(strict_types=1);

namespace Splat;

/**
 * One `init`: from an exception to a file in the spool, and from there to where errors go. No method throws.
 *
 * Options are read with the first error: `init` stands before the app has loaded its `.env`, and a request without an
 * error should cost nothing.
 */
final class Client
{
    public const VERSION = '0.1.0';
    /** Seconds between two deliveries in a process that lives on. */
    private const PERIOD = 5.0;
    /** The most that the end of a process may take for delivery, in seconds. */
    private const AT_EXIT = 2.0;

    private static ?self $current = null;
    private static bool $busy = false;

    /** @var \WeakMap<\Throwable, true> */
    private \WeakMap $captured;
    private ?Options $options = null;
    private Reporter $reporter;
    private Memory $memory;
    private Delivery $delivery;
    private bool $closed = false;
    private int $pid;
    /** An error without an exception ended the script. */
    private bool $hasEnded = false;
    private Known $known;

    /**
     * @param array<array-key, mixed> $arguments of `init`
     * @param string $started the folder it was called in
     * @param float $deliveredAt when it was called, as `Clock::steady()`
     */
    public function __construct(
        private array $arguments,
        private string $started,
        private float $deliveredAt,
    ) {
        $this->captured = new \WeakMap();
        Start::load();
        $this->pid = Host::process();
    }

    /** The client that `init` made; null before it and when it is not enabled. */
    public static function current(): ?self
    {
        $waiting = Start::taken();
        return $waiting === null ? self::$current : self::$current = new self(...$waiting);
    }

    public static function replace(?self $client): ?self
    {
        [$before, self::$current] = [self::$current, $client];
        return $before;
    }

    /** What the user asked for. */
    public function options(): Options
    {
        if ($this->options === null) {
            $isServer = !self::isCommand();
            $isServer && Warn::hold();
            $options = Settings::read($this->arguments, Settings::environ(), $this->started);
            $folder = Folder::of($options);
            $isServer && Warn::release($folder);
            Warn::setDebug($options->debug);
            $this->known = new Known();
            $this->reporter = new Reporter($options);
            $this->memory = new Memory($folder, $options->release, self::isCommand());
            $this->delivery = new Delivery($options, $folder, $this->memory);
            $this->closed = $this->closed || !$options->enabled || $options->transport === 'none';
            $this->options = $options;
        }
        return $this->options;
    }

    // --- capturing ---------------------------------------------------------------------------------------------------

    /**
     * The id of the event, when the error is new; null when it is counted only, or not captured.
     *
     * @param string $mechanism who caught it
     * @param bool $handled whether the app did
     */
    public function capture(\Throwable $error, string $mechanism, bool $handled = false): ?string
    {
        return $this->guarded(function () use ($error, $mechanism, $handled): ?string {
            if (isset($this->captured[$error]) || ($this->hasEnded && self::isFatal($error))) { // R5
                return null;
            }
            $this->captured[$error] = true;
            if (Ignored::is($error, $this->options()->ignore) || !$this->isSampled()) {
                return null;
            }
            $raised = fn (): array => $this->reporter->snapshot()->of($error);
            $key = Known::keyOf($error);
            return $this->take($this->known->signature($key), $key, $raised, $mechanism, $handled, []);
        });
    }

    /** R4: `$text` as an error of type `Message`, at the place of the caller. */
    public function captureMessage(string $text, string $level): ?string
    {
        return $this->guarded(function () use ($text, $level): ?string {
            if (!$this->isSampled()) {
                return null;
            }
            $raised = $this->reporter->snapshot()->ofCaller('Message', $text);
            $scope = $level === '' ? [] : ['level' => Utf8::head($level, 100)];
            return $this->take('', '', static fn () => $raised, 'capture_message', true, $scope);
        });
    }

    /**
     * What ended the script without an exception.
     *
     * @param array{type: int, message: string, file: string, line: int} $error
     */
    public function captureFatal(array $error): ?string
    {
        return $this->guarded(function () use ($error): ?string {
            $raised = $this->reporter->snapshot()->ofFatal($error);
            if ($raised === [] || !$this->isSampled()) {
                return null;
            }
            $this->hasEnded = true;
            return $this->take('', '', static fn () => $raised, 'fatal', false, []);
        });
    }

    /** What Symfony and Laravel make of the error that ended the script, to print it. */
    private static function isFatal(\Throwable $error): bool
    {
        return is_a($error, 'Symfony\Component\ErrorHandler\Error\FatalError')
            || is_a($error, 'Symfony\Component\Debug\Exception\FatalErrorException');
    }

    /** `$error` is none of the app's, or told of already: whoever comes by it later passes it over. */
    public function dismiss(\Throwable $error): void
    {
        $this->captured[$error] = true;
    }

    /**
     * @param \Closure(): list<Raised> $raised
     * @param array<string, mixed> $more
     */
    private function take(
        string $signature,
        string $key,
        \Closure $raised,
        string $mechanism,
        bool $handled,
        array $more,
    ): ?string {
        $time = microtime(true);
        $read = $signature === '' ? $raised() : null;
        if ($read !== null) {
            $signature = $this->reporter->signature($read);
            $this->known->remember($key, $signature, $read);
        }
        $answer = $this->memory->error($signature, $time);
        $this->keepCounts($answer->counts);
        if (!$answer->report) {
            return null;
        }
        $more += Scope::gather();
        $item = $this->reporter->item($signature, $read ?? $raised(), $time, $mechanism, $handled, $more);
        $asked = $this->reporter->asked($item);
        if ($asked !== null) {
            $this->delivery->keep($asked);
            Warn::debug("captured $item->id, signature $signature");
        }
        return $asked?->id;
    }

    /** @param list<Count> $counts */
    private function keepCounts(array $counts): void
    {
        foreach ($counts as $count) {
            $this->delivery->keepCount($count);
        }
    }

    private function isSampled(): bool
    {
        $rate = $this->options()->sampleRate;
        return $rate >= 1 || random_int(0, 0x7FFFFFFF) < $rate * 0x7FFFFFFF;
    }

    // --- delivering --------------------------------------------------------------------------------------------------

    /** Delivers what was captured, at most so long. Whether all since the last time is delivered. */
    public function flush(float $seconds): bool
    {
        $flushed = $this->guarded(function () use ($seconds): bool {
            $this->deliver($seconds, false, true);
            return $this->delivery->settled();
        }, false);
        return $flushed ?? true;
    }

    /** Captures nothing more; delivers what it can in so many seconds, the rest stays in the spool. */
    public function close(float $seconds): void
    {
        $this->guarded(fn () => $this->deliver($seconds, true, true), false);
        $this->closed = true;
    }

    /** The process ends, or the answer to a request is there. */
    public function end(): void
    {
        if ($this->options === null) {
            // Of a command that failed nowhere, on a machine without a token, nobody wants to hear it.
            Warn::pass('no transport');
        }
        $this->guarded(function (): void {
            $seconds = min(self::AT_EXIT, $this->options()->shutdownTimeout);
            if (self::isCommand()) {
                $this->deliver($seconds, true, true);
            } elseif (!$this->delivery->isPostponed()) {
                $this->deliver($seconds, false, false, true);
            }
        }, false);
    }

    private function deliver(float $seconds, bool $closing, bool $wait, bool $answered = false): void
    {
        $deadline = Clock::steady() + $seconds;
        $this->keepCounts($this->memory->due($closing));
        $closing && $this->memory->end();
        if ($this->delivery->isDue()) {
            $answered && self::finishRequest();
            $this->delivery->run($deadline, $wait);
        }
        $this->deliveredAt = Clock::steady();
    }

    /** For loops, between two pieces of work: what was captured goes out now and then. */
    public function rest(): void
    {
        if ($this->options !== null && Clock::steady() - $this->deliveredAt > self::PERIOD) {
            $this->guarded(fn () => $this->deliverNowAndThen(), false);
        }
    }

    /** In a process that lives on, what was captured goes out now and then. */
    private function deliverNowAndThen(): void
    {
        $isTime = self::isCommand() && Clock::steady() - $this->deliveredAt > self::PERIOD;
        if ($isTime && !$this->delivery->isPostponed()) {
            $this->deliver(min(self::AT_EXIT, $this->options()->shutdownTimeout), false, false);
        }
    }

    /** Nobody waits for the response any more. */
    private static function finishRequest(): void
    {
        function_exists('ignore_user_abort') && ignore_user_abort(true);
        foreach (['fastcgi_finish_request', 'litespeed_finish_request'] as $finish) {
            if (function_exists($finish)) {
                $finish();
                return;
            }
        }
    }

    /** Whether this process is no server's: a command, a worker, a loop. */
    public static function isCommand(): bool
    {
        return Start::isCommand();
    }

    /** In the child of a fork: what waits and what is counted is the parent's. */
    private function afterFork(): void
    {
        if (Host::process() !== $this->pid) {
            $this->pid = Host::process();
            $this->memory->leaveToParent();
            $this->delivery->leaveToParent();
        }
    }

    // --- the one door ------------------------------------------------------------------------------------------------

    /**
     * What fails behind it does not reach the app, and what it calls does not come in again.
     *
     * @template T
     * @param \Closure(): T $work
     * @return T|null
     */
    private function guarded(\Closure $work, bool $capturing = true): mixed
    {
        if (self::$busy || $this->closed) {
            return null;
        }
        self::$busy = true;
        try {
            return Start::roomy(fn (): mixed => Quiet::run(function () use ($work, $capturing): mixed {
                $this->options();
                if ($this->closed) {
                    return null;
                }
                $this->afterFork();
                $answer = $work();
                $capturing && $this->deliverNowAndThen();
                return $answer;
            }));
        } catch (\Throwable $error) {
            try {
                self::failed($error);
            } catch (\Throwable) { // where even that is forbidden
            }
            return null;
        } finally {
            self::$busy = false;
        }
    }

    private static function failed(\Throwable $error): void
    {
        $place = basename($error->getFile()) . ':' . $error->getLine();
        // What others say may quote the app's values, which are not redacted yet.
        $isForbidden = str_starts_with($error->getMessage(), 'Call to undefined function ');
        $why = $isForbidden ? $error->getMessage() : get_debug_type($error) . ' in the SDK itself';
        Warn::warn("an error could not be captured: $why", 'capture');
        Warn::debug("failed: $place");
    }
}
