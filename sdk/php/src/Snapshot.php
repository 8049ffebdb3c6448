<?php

declare(strict_types=1);

namespace Splat;

/**
 * What an exception is, as plain data. Nothing of the app is called, not even `__toString`.
 *
 * PHP prints where a function was *called* beside the function's name. A frame here holds a place and the function
 * around that place, so names move one line up: the crash is in the function of `#0`.
 */
final class Snapshot
{
    private const MOST_EXCEPTIONS = 200;
    /** Rule S7 looks at the last 2,000 frames of an exception, rule L4 shows the first 50. */
    private const INNERMOST = 2000;
    private const OUTERMOST = 50;
    /** Bytes; X11 wants to know that there were more than 100,000 code points. */
    private const MOST_MESSAGE = 400_004;
    /** Of frames with arguments, in one error (the innermost). */
    private const MOST_LOCALS = 30;
    private const EVALUATED = '/^(.{1,1000}?)\(([0-9]{1,9})\) : (?:eval\(\)\'d code|runtime-created function)/s';
    /** How PHP's log names what ends a script without an exception. */
    private const FATAL = [
        E_ERROR => 'Fatal error',
        E_CORE_ERROR => 'Fatal error',
        E_COMPILE_ERROR => 'Fatal error',
        E_USER_ERROR => 'Fatal error',
        E_RECOVERABLE_ERROR => 'Recoverable fatal error',
        E_PARSE => 'ParseError',
    ];

    private int $locals = 0;

    public function __construct(private Frames $frames, private Shapes $shapes)
    {
    }

    /**
     * R3: the exception that surfaced, then what it was raised because of, each once.
     *
     * @return list<Raised>
     */
    public function of(\Throwable $error): array
    {
        $this->locals = self::MOST_LOCALS;
        $made = [];
        foreach (self::links($error) as $index => $each) {
            $frames = $this->framesOf(self::traceOf($each), self::fileOf($each), self::lineOf($each));
            $made[] = new Raised(
                self::typeOf($each),
                self::messageOf($each),
                $index === 0 ? '' : 'cause',
                $index - 1,
                $frames
            );
        }
        return $made;
    }

    /**
     * What `error_get_last()` gives of an error that ended the script; empty when it did not.
     *
     * @param array{type: int, message: string, file: string, line: int} $error
     * @return list<Raised>
     */
    public function ofFatal(array $error): array
    {
        $type = self::FATAL[$error['type']] ?? null;
        if ($type === null) {
            return [];
        }
        // Where no handler of ours was asked, an exception ends a script like this, too.
        $made = [];
        foreach (Printed::read($error['message']) as $index => [$class, $message, $file, $line, $trace]) {
            $frames = $this->framesOf($trace, $file, $line);
            $made[] = new Raised($class, $message, $index === 0 ? '' : 'cause', $index - 1, $frames);
        }
        $frames = $made === [] ? $this->framesOf([], $error['file'], $error['line']) : [];
        return $made ?: [new Raised($type, $error['message'], '', -1, $frames)];
    }

    /**
     * R4: a message at the place of who called the SDK.
     *
     * @return list<Raised>
     */
    public function ofCaller(string $type, string $message): array
    {
        $this->locals = 0;
        $trace = debug_backtrace(DEBUG_BACKTRACE_IGNORE_ARGS, self::INNERMOST);
        while ($trace && (!isset($trace[0]['file']) || self::isOurs($trace[0]['file']))) {
            array_shift($trace);
        }
        $place = array_shift($trace) ?? [];
        $trace[] = ['function' => '{main}'];
        $frames = $this->framesOf($trace, $place['file'] ?? '', $place['line'] ?? null);
        return [new Raised($type, $message, '', -1, $frames)];
    }

    /** @return list<\Throwable> */
    public static function links(\Throwable $error): array
    {
        $links = [];
        $seen = [];
        for ($each = $error; $each !== null && count($links) < self::MOST_EXCEPTIONS; $each = $each->getPrevious()) {
            if (isset($seen[spl_object_id($each)])) {
                break;
            }
            $seen[spl_object_id($each)] = true;
            $links[] = $each;
        }
        return $links;
    }

    /** As PHP prints it: an anonymous class without its place. */
    public static function typeOf(\Throwable $error): string
    {
        return strstr($error::class . "\0", "\0", true) ?: '';
    }

    /** A class of the app may have put anything where PHP keeps the message; `getMessage` would call that. */
    public static function messageOf(\Throwable $error): string
    {
        $message = get_mangled_object_vars($error)["\0*\0message"] ?? '';
        if (!is_string($message)) {
            return is_scalar($message) ? (string) $message : '<' . get_debug_type($message) . '>';
        }
        return strlen($message) > self::MOST_MESSAGE ? substr($message, 0, self::MOST_MESSAGE) : $message;
    }

    public static function fileOf(\Throwable $error): string
    {
        $file = get_mangled_object_vars($error)["\0*\0file"] ?? '';
        return is_string($file) ? $file : '';
    }

    public static function lineOf(\Throwable $error): ?int
    {
        $line = get_mangled_object_vars($error)["\0*\0line"] ?? null;
        return is_int($line) && $line > 0 ? $line : null;
    }

    /**
     * The calls, from the innermost, with the one that PHP prints last.
     *
     * @return list<array<string, mixed>>
     */
    public static function traceOf(\Throwable $error): array
    {
        $trace = $error->getTrace();
        $trace[] = ['function' => '{main}'];
        if (count($trace) > self::INNERMOST + self::OUTERMOST) {
            array_splice($trace, self::INNERMOST, -self::OUTERMOST);
        }
        return $trace;
    }

    // --- frames ------------------------------------------------------------------------------------------------------

    /**
     * @param list<array<string, mixed>> $trace
     * @return list<RawFrame>
     */
    private function framesOf(array $trace, string $file, ?int $line): array
    {
        $found = [];
        $last = count($trace) - 1;
        foreach ($trace as $index => $call) {
            $function = self::nameOf($call);
            $calledIn = is_string($call['file'] ?? null) ? $call['file'] : '';
            $calledAt = is_int($call['line'] ?? null) ? $call['line'] : null;
            // A function of PHP itself has no lines: what it raises is said to be where it was called.
            $own = $found === [] && $calledIn === $file && $calledAt === $line && $index < $last;
            if ($own && !str_contains($function, '{closure') && $function !== 'eval') {
                continue;
            }
            if ($file !== '') {
                $found[] = $this->frame($file, $line, $function, $call);
            }
            [$file, $line] = [$calledIn, $calledAt];
        }
        if ($file !== '') {
            $found[] = $this->frame($file, $line, '', []);
        }
        return array_reverse($found);
    }

    /** @param array<string, mixed> $call */
    private function frame(string $file, ?int $line, string $function, array $call): RawFrame
    {
        if (str_contains($file, ' : ') && preg_match(self::EVALUATED, $file, $match)) {
            [$file, $line] = [$match[1], (int) $match[2]];
        }
        $inApp = !self::isOurs($file) && $this->frames->inApp($file);
        $locals = null;
        if ($inApp && $this->locals > 0 && isset($call['args']) && is_array($call['args'])) {
            $this->locals--;
            $locals = $this->shapes->arguments($call);
        }
        return new RawFrame($file, $line, $function, $inApp, $locals);
    }

    /** @param array<string, mixed> $call */
    private static function nameOf(array $call): string
    {
        $text = static fn (string $key): string => is_string($call[$key] ?? null) ? $call[$key] : '';
        $class = strstr($text('class') . "\0", "\0", true);
        return $class === '' ? $text('function') : $class . ($text('type') ?: '::') . $text('function');
    }

    /** The SDK's own files, wherever they are installed. */
    private static function isOurs(string $file): bool
    {
        return str_starts_with($file, __DIR__ . DIRECTORY_SEPARATOR);
    }
}
