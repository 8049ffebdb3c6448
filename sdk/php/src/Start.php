<?php

declare(strict_types=1);

namespace Splat;

use Splat\Integrations\Held;
use Splat\Integrations\Uncaught;

/**
 * What `init` and `close` do, and the hooks that PHP calls. The only class that a request without an error loads: all
 * that is not needed then stands elsewhere.
 */
final class Start
{
    public const HOOKS = ['exceptions', 'fatal'];
    private const FATAL = E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR;
    /** Bytes that a script without memory has left for us, and how much more it may take then. */
    private const RESERVE = 16_384;
    private const ROOM = 33_554_432;
    /** One of so many requests without an error looks whether something was left. */
    private const LOOKS = 100;

    /** @var array{array<array-key, mixed>, string, float}|null what a client is made of when there is an error */
    private static ?array $waiting = null;
    /** @var list<string> */
    private static array $wanted = [];
    private static bool $isHooked = false;
    /** @var callable|null the handler that was there before */
    private static $before = null;
    private static string $reserve = '';
    /** An exception in a shutdown function keeps all that follow from running; destructors do run. */
    private static ?self $last = null;
    private static bool $hasEnded = false;

    /** @param array<array-key, mixed> $arguments */
    public static function with(array $arguments): void
    {
        try {
            if (self::$waiting !== null || self::isLoaded()) {
                self::again();
            }
            $enabled = $arguments['enabled'] ?? true;
            if ($enabled === false || $enabled === 0) {
                return;
            }
            self::$waiting = [$arguments, function_exists('getcwd') ? (string) @getcwd() : '', hrtime(true) / 1e9];
            $variable = function_exists('getenv') ? getenv('SPLAT_INTEGRATIONS') : false;
            self::hook($arguments['integrations'] ?? $variable);
        } catch (\Throwable $error) {
            self::$waiting = null;
            self::load();
            Warn::warn('not started: ' . Warn::why($error), 'init');
        }
    }

    public static function stop(float $seconds): void
    {
        Client::current()?->close($seconds);
        Client::replace(null);
    }

    /** The client of the last `init`; null before it and when it is not enabled. It is made when it is asked for. */
    public static function client(): ?Client
    {
        if (self::$waiting === null && !self::isLoaded()) {
            return null;
        }
        // No loader of the app's is asked: it may refuse what it does not know.
        self::isLoaded() || require __DIR__ . '/Client.php';
        return Client::current();
    }

    /** @return array{array<array-key, mixed>, string, float}|null once: arguments, folder, time */
    public static function taken(): ?array
    {
        [$taken, self::$waiting] = [self::$waiting, null];
        return $taken;
    }

    /** Whether this process is no server's: a command, a worker, a loop. */
    public static function isCommand(): bool
    {
        return PHP_SAPI === 'cli' || PHP_SAPI === 'phpdbg' || PHP_SAPI === 'embed';
    }

    /** What follows is the SDK's own work. */
    public static function load(): void
    {
        class_exists(Loading::class, false) || require __DIR__ . '/Loading.php';
        Loading::begin();
    }

    /**
     * What `$work` answers, with memory: an app that has next to none left is not to end in ours.
     *
     * @template T
     * @param \Closure(): T $work
     * @return T
     */
    public static function roomy(\Closure $work): mixed
    {
        // Where these are forbidden it may still do.
        $may = function_exists('ini_get') && function_exists('ini_set') && function_exists('memory_get_usage');
        $limit = $may ? (string) ini_get('memory_limit') : '';
        $unit = ['k' => 1024, 'm' => 1_048_576, 'g' => 1_073_741_824][strtolower(substr($limit, -1))] ?? 1;
        $used = $may ? memory_get_usage(true) : 0;
        if ((int) $limit <= 0 || (int) $limit * $unit - $used >= self::ROOM) {
            return $work();
        }
        self::limitMemory((string) ($used + self::ROOM));
        try {
            return $work();
        } finally {
            self::limitMemory($limit);
        }
    }

    private static function limitMemory(string $limit): void
    {
        // No "last error" of the app's, where what was loaded takes more than there was.
        set_error_handler(static fn (): bool => true);
        ini_set('memory_limit', $limit);
        restore_error_handler();
    }

    private static function isLoaded(): bool
    {
        return class_exists(Client::class, false);
    }

    private static function again(): void
    {
        self::load();
        self::client();
        self::stop(2.0);
        Warn::forget();
    }

    // --- the hooks ---------------------------------------------------------------------------------------------------

    /** @param mixed $given which are on; a wrong value is told of when the options are read */
    private static function hook(mixed $given): void
    {
        self::$wanted = self::HOOKS;
        if ($given !== false && $given !== '') {
            self::load();
            try {
                self::$wanted = Reading::words($given, self::HOOKS);
            } catch (\InvalidArgumentException) {
            }
        }
        if (in_array('exceptions', self::$wanted, true)) {
            self::handle();
        }
        if (!self::$isHooked) {
            self::$isHooked = true;
            self::$reserve = str_repeat('.', self::RESERVE);
            self::$last = new self();
            register_shutdown_function(self::atShutdown(...));
        }
    }

    private static function handle(): void
    {
        $before = set_exception_handler(self::uncaught(...));
        if ($before instanceof \Closure) {
            $scope = (new \ReflectionFunction($before))->getClosureScopeClass();
            if ($scope !== null && $scope->name === self::class) { // `init` was called again
                restore_exception_handler();
                return;
            }
        }
        self::$before = $before;
    }

    /** @throws \Throwable the same, so that PHP does what it does */
    private static function uncaught(\Throwable $error): void
    {
        class_exists(Uncaught::class, false) || require __DIR__ . '/Integrations/Uncaught.php';
        Uncaught::handle($error, self::$before, in_array('exceptions', self::$wanted, true));
    }

    public function __destruct()
    {
        // A session that is written now may fail, too.
        if (self::look() || !self::$hasEnded) {
            self::end();
        }
    }

    private static function atShutdown(): void
    {
        self::$reserve = '';
        self::look();
        // Behind what the app does at its own shutdown.
        register_shutdown_function(self::end(...));
    }

    /** Whether there is an error that ended the script and that is not captured yet; then it is. */
    private static function look(): bool
    {
        $last = error_get_last();
        if ($last === null || ($last['type'] & self::FATAL) === 0 || !in_array('fatal', self::$wanted, true)) {
            return false;
        }
        try {
            return self::roomy(static function () use ($last): bool {
                class_exists(Uncaught::class, false) || require __DIR__ . '/Integrations/Uncaught.php';
                return Uncaught::last($last);
            });
        } catch (\Throwable) { // nothing of ours may be said in the place of the app's
            return false;
        }
    }

    private static function end(): void
    {
        self::$hasEnded = true;
        // Most requests hold nothing.
        if (class_exists(Held::class, false)) {
            Held::end();
        }
        if (self::isLoaded() || self::isCommand() || random_int(1, self::LOOKS) === 1) {
            self::client()?->end();
        }
    }
}
