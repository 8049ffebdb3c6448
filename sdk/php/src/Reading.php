<?php

declare(strict_types=1);

namespace Splat;

use Splat\Redact\Redact;

/**
 * How the value of an option is read, from an argument, composer.json or a variable.
 *
 * Each method gives the value in the option's own type, or throws \InvalidArgumentException with the words that
 * complete `<option> …`.
 */
final class Reading
{
    private const ON = ['1', 'true', 'yes', 'on'];
    private const OFF = ['0', 'false', 'no', 'off'];
    private const MOST = 1000;
    private const LONGEST_LABEL = 50;
    public const TRANSPORTS = ['github', 'http', 'file', 'console', 'none'];

    /** A line of text without control characters. */
    public static function text(mixed $value): string
    {
        if (!is_string($value) || !preg_match('/^[^\x00-\x1f]{0,' . self::MOST . '}$/Du', $value)) {
            throw self::wrong('should be one line of text of at most ' . self::MOST . ' characters', $value);
        }
        return trim($value, ' ');
    }

    /** `owner/name`, also out of an address of it. */
    public static function repository(mixed $value): string
    {
        $name = rtrim(self::text($value), '/');
        foreach (['https://', 'http://', 'ssh://', 'git@'] as $start) {
            if (str_starts_with($name, $start)) {
                $rest = substr($name, strlen($start));
                // What a clone was made with may hold a user and a token.
                $at = strrpos($rest, '@');
                $rest = str_replace(':', '/', $at === false ? $rest : substr($rest, $at + 1));
                $name = explode('/', $rest, 2)[1] ?? '';
            }
        }
        $name = str_ends_with($name, '.git') ? substr($name, 0, -4) : $name;
        if (!preg_match('~^[0-9A-Za-z_.-]+/[0-9A-Za-z_.-]+$~D', $name) || preg_match('~(^|/)[.]+($|/)~D', $name)) {
            throw self::wrong('should be owner/name', $value);
        }
        return $name;
    }

    /** A credential; what is said of a wrong one never shows it. */
    public static function token(mixed $value): string
    {
        if (!is_string($value) || !preg_match('/^[!-~]{1,' . self::MOST . '}$/D', trim($value))) {
            throw new \InvalidArgumentException('should be one word of visible ASCII characters');
        }
        return trim($value);
    }

    /** `https://…`, without a slash at its end. */
    public static function url(mixed $value): string
    {
        $told = is_string($value) ? rtrim(trim($value), '/') : '';
        if (!preg_match('{^https?://[!-\x7e]{1,2000}$}Di', $told)) {
            throw new \InvalidArgumentException('should be an address that begins with https:// (or http://)');
        }
        return $told;
    }

    /** As `url`; in the clear only on this machine, for the token goes there. */
    public static function apiUrl(mixed $value): string
    {
        $told = self::url($value);
        $here = '~^http://([^/@]*@)?(localhost|\[::1\]|127\.[0-9.]{1,12})(:[0-9]{1,5})?(/|$)~Di';
        if (preg_match('~^http:~i', $told) && !preg_match($here, $told)) {
            throw new \InvalidArgumentException('should begin with https://, since the token goes there');
        }
        return $told;
    }

    /** A path; `~` is the user's folder. */
    public static function folder(mixed $value): string
    {
        $path = $value instanceof \SplFileInfo ? $value->getPathname() : $value;
        if (!is_string($path) || trim($path) === '' || str_contains($path, "\0")) {
            throw self::wrong('should be the path of a folder', $value);
        }
        $home = Host::variable('HOME');
        return ($path === '~' || str_starts_with($path, '~/')) && $home !== '' ? $home . substr($path, 1) : $path;
    }

    /** @return list<string> paths: a list, or a text with commas between */
    public static function folders(mixed $value): array
    {
        return array_map(self::folder(...), self::several($value));
    }

    /** @return list<string> a list, or one text with commas between; each once */
    public static function texts(mixed $value): array
    {
        return self::once(array_map(self::text(...), self::several($value)));
    }

    /** @return list<string> names of labels, as GitHub takes them; each once */
    public static function labels(mixed $value): array
    {
        return self::once(array_map(self::label(...), self::several($value)));
    }

    /** The name of a label, as GitHub takes it. */
    public static function label(mixed $value): string
    {
        $name = self::text($value);
        if (!preg_match('/^.{0,' . self::LONGEST_LABEL . '}$/Dus', $name)) {
            throw self::wrong('should be names of at most ' . self::LONGEST_LABEL . ' characters', $value);
        }
        return $name;
    }

    /** A label of its own: `splat` is on every issue from the start, so that it would start everything at once. */
    public static function trigger(mixed $value): string
    {
        $name = self::label($value);
        if (strtolower($name) === 'splat') {
            throw new \InvalidArgumentException('should be another label than splat, which every issue has');
        }
        return $name;
    }

    /** @return list<int> numeric ids: a list, one number, or a text with commas between */
    public static function numbers(mixed $value): array
    {
        $made = [];
        foreach (is_int($value) ? [$value] : self::several($value) as $each) {
            $isId = is_int($each) ? $each > 0 : is_string($each) && preg_match('/^[1-9][0-9]{0,17}$/D', trim($each));
            if (!$isId) {
                throw self::wrong('should be the numeric ids of accounts', $value);
            }
            $made[] = (int) $each;
        }
        return $made;
    }

    /** True or false, or a word for it. */
    public static function flag(mixed $value): bool
    {
        $word = is_bool($value) || $value === 0 || $value === 1 ? (string) (int) $value : $value;
        $word = is_string($word) ? strtolower(trim($word)) : '';
        if (!in_array($word, [...self::ON, ...self::OFF], true)) {
            throw self::wrong('should be true or false', $value);
        }
        return in_array($word, self::ON, true);
    }

    /** A number from 0 to 1. */
    public static function share(mixed $value): float
    {
        return self::between($value, 1, 'should be a number from 0 to 1');
    }

    /** A number from 0 to 60. */
    public static function seconds(mixed $value): float
    {
        return self::between($value, 60, 'should be a number of seconds from 0 to 60');
    }

    /** A time as reports have it; from a text in that form, seconds since the epoch, or a DateTimeInterface. */
    public static function moment(mixed $value): string
    {
        if ($value instanceof \DateTimeInterface) {
            return Clock::iso((float) $value->format('U.u'));
        }
        if ((is_int($value) || is_float($value)) && $value >= 0 && $value < 1e11) {
            return Clock::iso((float) $value);
        }
        $told = is_string($value) ? trim($value) : '';
        try {
            return Clock::iso(Clock::seconds(strlen($told) > 20 ? $told : str_replace('Z', '.000Z', $told)));
        } catch (\UnexpectedValueException) {
            throw self::wrong('should be a time like 2026-11-21T07:00:00Z', $value);
        }
    }

    /** Something that can be called. */
    public static function callback(mixed $value): \Closure
    {
        if (!is_callable($value)) {
            throw self::wrong('should be a function', $value);
        }
        return \Closure::fromCallable($value);
    }

    /** @return list<string> names of classes of exceptions, with their namespace or without */
    public static function ignored(mixed $value): array
    {
        $found = [];
        foreach (self::several($value) as $each) {
            $name = is_string($each) ? ltrim(trim($each), '\\') : '';
            if (!preg_match('/^[A-Za-z_\x80-\xff][\w\x80-\xff]*(\\\\[A-Za-z_\x80-\xff][\w\x80-\xff]*)*$/D', $name)) {
                throw self::wrong('should be names of exceptions', $each);
            }
            $found[] = $name;
        }
        return self::once($found);
    }

    /** The name of one of ours, or an object that is a Transport. */
    public static function transport(mixed $value): string|Transport
    {
        if ($value instanceof Transport) {
            return $value;
        }
        if (!is_string($value)) {
            throw new \InvalidArgumentException(
                'should be one of ' . implode(', ', self::TRANSPORTS) . ', or a Splat\\Transport'
            );
        }
        return self::word($value, self::TRANSPORTS);
    }

    /** @param list<string> $words */
    public static function word(mixed $value, array $words): string
    {
        $word = is_string($value) ? strtolower(trim($value)) : '';
        if (in_array($word, $words, true)) {
            return $word;
        }
        $alike = self::closest($word, $words);
        $hint = $alike === '' ? '' : " (did you mean $alike?)";
        throw self::wrong('should be one of ' . implode(', ', $words), $value, $hint);
    }

    /**
     * @param list<string> $words
     * @return list<string> any of these words; none at all as an empty list or `none`
     */
    public static function words(mixed $value, array $words): array
    {
        $found = self::several($value);
        return $found === ['none'] ? [] : self::once(array_map(fn ($each) => self::word($each, $words), $found));
    }

    /**
     * The one of `$names` that `$name` is most likely meant to be; "" when none is.
     *
     * @param list<string> $names
     */
    public static function closest(string $name, array $names): string
    {
        $name = strtolower(substr($name, 0, 100));
        [$best, $found] = [60.0, ''];
        foreach ($names as $each) {
            similar_text($name, $each, $percent);
            if ($percent > $best) {
                [$best, $found] = [$percent, $each];
            }
        }
        return $found;
    }

    private static function between(mixed $value, int $most, string $words): float
    {
        $given = is_string($value) ? trim($value) : $value;
        $number = !is_bool($given) && is_numeric($given) ? (float) $given : -1.0;
        if (!($number >= 0 && $number <= $most)) {
            throw self::wrong($words, $value);
        }
        return $number;
    }

    /** @return list<mixed> */
    private static function several(mixed $value): array
    {
        if (is_string($value)) {
            $isThere = static fn (string $each): bool => $each !== '';
            return array_values(array_filter(array_map('trim', explode(',', $value)), $isThere));
        }
        if (is_array($value) && count($value) <= self::MOST) {
            return array_values($value);
        }
        throw self::wrong('should be a list', $value);
    }

    /**
     * @param list<string> $texts
     * @return list<string>
     */
    private static function once(array $texts): array
    {
        return array_values(array_unique(array_filter($texts, static fn (string $each) => $each !== '')));
    }

    private static function wrong(string $words, mixed $value, string $hint = ''): \InvalidArgumentException
    {
        return new \InvalidArgumentException($words . ', not ' . self::shown($value) . $hint);
    }

    /** What is said of a user's value, which may be the token that was meant for another option. */
    private static function shown(mixed $value): string
    {
        if (is_string($value)) {
            $safe = Redact::text(substr($value, 0, self::MOST), []);
            return "'" . preg_replace('/[^ -~]/', '?', substr($safe, 0, 60)) . "'";
        }
        return is_int($value) || is_float($value) || is_bool($value)
            ? substr(var_export($value, true), 0, 60)
            : 'a value of type ' . get_debug_type($value);
    }
}
