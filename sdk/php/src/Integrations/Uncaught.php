<?php

declare(strict_types=1);

namespace Splat\Integrations;

use Splat\Client;
use Splat\Snapshot;

/**
 * What nobody caught: exceptions, by PHP's handler, and errors that end a script, at its shutdown. Whatever handler was
 * there runs as before; where there was none, PHP prints what it prints, and ends with its own code.
 */
final class Uncaught
{
    public const ALL = ['exceptions', 'fatal'];
    private const FATAL = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;
    /** Bytes that a script without memory has left for us, and how much more it may take then. */
    private const RESERVE = 16_384;
    private const MORE_MEMORY = 33_554_432;

    private static bool $isInstalled = false;
    /** @var list<string> */
    private static array $wanted = [];
    /** @var callable|null */
    private static $before = null;
    /** The exception that is being handled: a handler of the app may call ours again. */
    private static ?\Throwable $handled = null;
    private static string $reserve = '';
    /** An exception in a shutdown function keeps all that follow from running; destructors do run. */
    private static ?self $last = null;
    private static bool $hasEnded = false;
    private static string $told = '';

    /** @param list<string> $wanted of `exceptions` and `fatal` */
    public static function install(array $wanted): void
    {
        self::$wanted = $wanted;
        if (in_array('exceptions', $wanted, true)) {
            self::handle();
        }
        if (!self::$isInstalled) {
            self::$isInstalled = true;
            self::$reserve = str_repeat('.', self::RESERVE);
            self::$last = new self();
            register_shutdown_function(self::atShutdown(...));
        }
    }

    private static function handle(): void
    {
        $before = set_exception_handler(null);
        restore_exception_handler();
        $scope = $before instanceof \Closure ? (new \ReflectionFunction($before))->getClosureScopeClass() : null;
        // Ours is there already where `init` is called again.
        if ($scope?->name !== self::class) {
            self::$before = $before;
            set_exception_handler(self::uncaught(...));
        }
    }

    /** @throws \Throwable the same, so that PHP does what it does */
    private static function uncaught(\Throwable $error): void
    {
        if (self::$handled === $error) {
            throw $error;
        }
        self::$handled = $error;
        if (in_array('exceptions', self::$wanted, true)) {
            Client::current()?->capture($error, 'exception_handler');
        }
        if (self::$before === null) {
            throw $error;
        }
        try {
            (self::$before)($error);
        } catch (\Throwable $another) {
            Untrace::from($another);
            throw $another;
        }
    }

    public function __destruct()
    {
        if (!self::$hasEnded) {
            self::captureLast();
            self::end();
        }
    }

    private static function atShutdown(): void
    {
        self::$reserve = '';
        self::captureLast();
        // Behind what the app does at its own shutdown.
        register_shutdown_function(self::end(...));
    }

    private static function end(): void
    {
        self::$hasEnded = true;
        // Most requests hold nothing.
        if (class_exists(Held::class, false)) {
            Held::end();
        }
        Client::current()?->end();
    }

    private static function captureLast(): void
    {
        $last = error_get_last();
        $client = Client::current();
        $isFatal = $last !== null && ($last['type'] & self::FATAL) !== 0 && $last['message'] !== self::$told;
        if (!$isFatal || $client === null || !in_array('fatal', self::$wanted, true)) {
            return;
        }
        self::$told = $last['message'];
        self::makeRoom($last['message']);
        if (!self::isHandled($last['message'])) {
            $client->captureFatal($last);
        }
    }

    /** An exception that nobody caught ends in such an error, too. */
    private static function isHandled(string $message): bool
    {
        return self::$handled !== null
            && (str_starts_with($message, 'Uncaught ') || $message === Snapshot::messageOf(self::$handled));
    }

    private static function makeRoom(string $message): void
    {
        // Where these are forbidden it may still do.
        if (str_starts_with($message, 'Allowed memory size of ') && function_exists('ini_set')) {
            @ini_set('memory_limit', (string) (memory_get_usage(true) + self::MORE_MEMORY));
        } elseif (str_starts_with($message, 'Maximum execution time of ') && function_exists('set_time_limit')) {
            @set_time_limit(10);
        }
    }
}
