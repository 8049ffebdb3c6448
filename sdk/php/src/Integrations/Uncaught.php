<?php

declare(strict_types=1);

namespace Splat\Integrations;

use Splat\Client;
use Splat\Snapshot;
use Splat\Start;

/**
 * What nobody caught: exceptions, by PHP's handler, and errors that end a script, at its shutdown. Whatever handler was
 * there runs as before; where there was none, PHP prints what it prints, and ends with its own code.
 */
final class Uncaught
{
    /** The exception that is being handled: a handler of the app may call ours again. */
    private static ?\Throwable $handled = null;
    private static string $told = '';

    /**
     * @param callable|null $before the handler of the app
     * @throws \Throwable the same, so that PHP does what it does, or what the app's handler throws
     */
    public static function handle(\Throwable $error, ?callable $before, bool $isWanted): void
    {
        if (self::$handled === $error) {
            throw $error;
        }
        self::$handled = $error;
        if ($isWanted) {
            try {
                Start::client()?->capture($error, 'exception_handler');
            } catch (\Throwable) { // nothing of ours may stand in the place of the app's
            }
        }
        if ($before === null) {
            throw $error;
        }
        try {
            // PHP itself calls it without a place, too.
            call_user_func($before, $error);
        } catch (\Throwable $another) {
            // What became of the same exception is no other one.
            self::$handled = $another;
            Start::load();
            Untrace::from($another);
            throw $another;
        }
    }

    /**
     * Captures what ended the script. Whether it was not captured before.
     *
     * @param array{type: int, message: string, file: string, line: int} $last
     */
    public static function last(array $last): bool
    {
        $told = "$last[file]:$last[line]:$last[message]";
        if ($told === self::$told || self::isHandled($last)) {
            return false;
        }
        self::$told = $told;
        $client = Start::client();
        if ($client !== null) {
            self::makeTime($last['message']);
            $client->captureFatal($last);
        }
        return $client !== null;
    }

    /**
     * An exception that nobody caught ends in such an error, too.
     *
     * @param array{type: int, message: string, file: string, line: int} $last
     */
    private static function isHandled(array $last): bool
    {
        if (self::$handled === null) {
            return false;
        }
        Start::load();
        if (!str_starts_with($last['message'], 'Uncaught ')) {
            return $last['message'] === Snapshot::messageOf(self::$handled);
        }
        // The words may be the app's own.
        return $last['file'] === Snapshot::fileOf(self::$handled) && $last['line'] === Snapshot::lineOf(self::$handled);
    }

    private static function makeTime(string $message): void
    {
        // Where this is forbidden it may still do.
        if (str_starts_with($message, 'Maximum execution time of ') && function_exists('set_time_limit')) {
            @set_time_limit(10);
        }
    }
}
