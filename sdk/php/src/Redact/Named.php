<?php

declare(strict_types=1);

namespace Splat\Redact;

use Splat\Regex;
use Splat\Utf8;

/** X6: values behind a name that tells and a separator. Places in a text are bytes. */
final class Named
{
    private const SEPARATOR = '/::|===|!==|==|!=|=>|:=|=|:/';
    private const NAME = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$@.-';
    private const WHITE = " \t\n\x0B\x0C\r";
    private const QUOTES = "\"'`\\";
    private const MOST_SPACES = 8;
    private const MOST_QUOTES = 4;
    private const MOST_NAME = 100;
    private const MOST_BETWEEN = self::MOST_SPACES + 1 + self::MOST_QUOTES;
    private const STRING = '/\G(?:string\([0-9]{1,7}\) )?[A-Za-z@]{0,2}(\\\\{0,3})(["\'`])/';
    private const BARE = '/\G(?:\[REDACTED\]|[^ \t\n\x0B\x0C\r"\'`,;&<>)\[\]}]++|\[)++/';
    private const TEMPLATE = '/[$#]?\{[A-Za-z_]|%[sdv(]/';
    private const NOTHING = ['none', 'null', 'nil', 'undefined', 'true', 'false'];
    private const SCHEMES = ['bearer', 'basic', 'digest', 'token', 'negotiate', 'apikey'];
    private const HEADER = '/(?:authorization|cookies?)\z/';
    private const LONG_LITERAL = 8;
    private const LONG_WORD = 16;

    public function __construct(
        private readonly string $text,
        private readonly Names $names,
        private readonly bool $source,
    ) {
    }

    /** X6 over the text. */
    public function hidden(): string
    {
        $made = '';
        $done = $at = 0;
        while (Regex::matches(self::SEPARATOR, $this->text, $separator, $at, PREG_OFFSET_CAPTURE)) {
            [$text, $start] = $separator[0];
            $at = $start + strlen($text);
            $value = $this->valueBehind($text, $start, $at);
            if ($value === null) {
                continue;
            }
            [$first, $end, $hidden] = $value;
            if ($hidden) {
                $made .= substr($this->text, $done, $first - $done) . Redact::MARK;
                $done = $end;
            }
            $at = max($at, $end);
        }
        return $made . substr($this->text, $done);
    }

    /** @return array{int, int, bool}|null where the value begins and ends, and whether it is hidden */
    private function valueBehind(string $separator, int $start, int $end): ?array
    {
        if ($separator === '::' || ($separator === ':' && substr($this->text, $end, 2) === '//')) {
            return null;
        }
        if ($this->source && in_array($separator, ['===', '!==', '==', '!='], true)) {
            return null;
        }
        [$name, $quoted, $lead] = $this->nameBefore($start);
        $strength = $this->strengthOf($name, $separator, $lead);
        if ($strength === 'none') {
            return null;
        }
        $at = $end + strspn($this->text, " \t", $end, self::MOST_SPACES);
        if (!$this->source && !$quoted && ($separator === ':' || $separator === '=') && self::isHeader($name)) {
            return $this->header($at, $lead);
        }
        if (Regex::matches(self::STRING, $this->text, $opening, $at)) {
            return $this->string($at + strlen($opening[0]), $opening[1], $opening[2], $strength);
        }
        if ($this->source) {
            return null;
        }
        $opens = strspn($this->text, '[({', $at, 1) === 1;
        if ($opens && substr($this->text, $at, strlen(Redact::MARK)) !== Redact::MARK) {
            return [$at, $this->bracketEnd($at), true];
        }
        return $this->bare($at, $separator === ':' && $strength === 'likely' && !$quoted);
    }

    private function strengthOf(string $name, string $separator, string $lead): string
    {
        $strength = $name === '' ? 'none' : $this->names->strength($name);
        $inQuery = $name !== '' && $separator === '=' && ($lead === '?' || $lead === '&');
        return $strength === 'none' && $inQuery && $this->names->tellsInQuery($name) ? 'sure' : $strength;
    }

    private static function isHeader(string $name): bool
    {
        return preg_match(self::HEADER, Utf8::lower($name)) === 1;
    }

    /** @return array{string, bool, string} the name that ends there, whether it is quoted, the character before it */
    private function nameBefore(int $at): array
    {
        $start = max(0, $at - self::MOST_BETWEEN);
        $between = substr($this->text, $start, $at - $start);
        $rest = self::without($between, " \t", self::MOST_SPACES);
        $bracket = str_ends_with($rest, ']');
        $rest = $bracket ? substr($rest, 0, -1) : $rest;
        $unquoted = self::without($rest, self::QUOTES, self::MOST_QUOTES);
        $at -= strlen($between) - strlen($unquoted);
        $start = max(0, $at - self::MOST_NAME - 1);
        $before = substr($this->text, $start, $at - $start);
        $from = max(strlen(rtrim($before, self::NAME)), strlen($before) - self::MOST_NAME);
        $name = ltrim(substr($before, $from), '0123456789.-');
        return [$name, $bracket || $unquoted !== $rest, $from > 0 ? $before[$from - 1] : ''];
    }

    /** A text without the last ones of `$chars`, at most `$most`. */
    private static function without(string $text, string $chars, int $most): string
    {
        return substr($text, 0, max(strlen(rtrim($text, $chars)), strlen($text) - $most));
    }

    /** @return array{int, int, bool}|null X6.5 */
    private function header(int $at, string $lead): ?array
    {
        $end = $this->endOf($at, $lead === '"' || $lead === "'" ? $lead : '');
        $value = rtrim(substr($this->text, $at, $end - $at), self::WHITE);
        if ($value === '' || $value === Redact::MARK || self::isNothing($value)) {
            return null;
        }
        return [$at, $at + strlen($value), true];
    }

    /** @return array{int, int, bool} X6.6 */
    private function string(int $start, string $slashes, string $quote, string $strength): array
    {
        [$end, $behind] = $this->stringEnd($start, $slashes, $quote);
        $value = substr($this->text, $start, $end - $start);
        $content = trim($value, self::WHITE);
        $isSome = $content !== '' && $content !== Redact::MARK;
        $hidden = $isSome && !self::isNothing($content) && !self::isScheme($content);
        if ($hidden && $this->source) {
            $isLong = Utf8::length($value) >= self::LONG_LITERAL && self::hasDigit($value);
            $hidden = !Regex::matches(self::TEMPLATE, $value) && ($strength === 'sure' || $isLong);
        }
        // What is hidden ends before the quote, and the quote alone is no separator.
        return [$start, $hidden ? $end : $behind, $hidden];
    }

    /** @return array{int, int, bool}|null X6.8 */
    private function bare(int $at, bool $weak): ?array
    {
        $value = $this->bareAt($at);
        $end = $at + strlen($value);
        if (self::isScheme($value)) {
            $gap = strspn($this->text, " \t", $end, 4);
            $next = $gap > 0 ? $this->bareAt($end + $gap, true) : '';
            if ($next !== '') {
                return [$at, $end + $gap + strlen(rtrim($next, '\\')), true];
            }
        }
        if ($value === '' || $value === Redact::MARK || self::isNothing($value)) {
            return null;
        }
        if ($weak && !self::hasDigit($value) && Utf8::length($value) < self::LONG_WORD) {
            return null;
        }
        return [$at, $end, true];
    }

    private function bareAt(int $at, bool $whole = false): string
    {
        $value = Regex::matches(self::BARE, $this->text, $match, $at) ? $match[0] : '';
        return $whole ? $value : rtrim($value, '\\');
    }

    private static function isNothing(string $value): bool
    {
        return strlen($value) <= 9 && in_array(Utf8::lower($value), self::NOTHING, true);
    }

    private static function isScheme(string $value): bool
    {
        return strlen($value) <= 9 && in_array(Utf8::lower($value), self::SCHEMES, true);
    }

    private static function hasDigit(string $value): bool
    {
        return strcspn($value, '0123456789') < strlen($value);
    }

    /** Where `$wanted`, the line or the text ends, whatever is first. */
    private function endOf(int $at, string $wanted): int
    {
        $found = $wanted === '' ? false : strpos($this->text, $wanted, $at);
        $limit = $found === false ? strlen($this->text) : $found;
        return $at + strcspn($this->text, "\n", $at, $limit - $at);
    }

    /** @return array{int, int} where a string's content ends, and where to go on */
    private function stringEnd(int $start, string $slashes, string $quote): array
    {
        if ($slashes !== '') {
            $end = $this->endOf($start, $slashes . $quote);
            $closes = substr($this->text, $end, strlen($slashes) + 1) === $slashes . $quote;
            return [$end, $closes ? $end + strlen($slashes) + 1 : $end];
        }
        $end = $start;
        $length = strlen($this->text);
        while (true) {
            $end += strcspn($this->text, "$quote\\\n", $end);
            if ($end >= $length || $this->text[$end] === "\n") {
                return [$end, $end];
            }
            if ($this->text[$end] === $quote) {
                return [$end, $end + 1];
            }
            if (($this->text[$end + 1] ?? "\n") === "\n") {
                return [$end + 1, $end + 1];
            }
            $end += 2;
        }
    }

    /** Behind the bracket that closes the one at `$at`, else the end of the line or of the text. */
    private function bracketEnd(int $at): int
    {
        $depth = 0;
        $length = strlen($this->text);
        while (true) {
            $at += strcspn($this->text, "[](){}\"'`\n", $at);
            if ($at >= $length || $this->text[$at] === "\n") {
                return $at;
            }
            $char = $this->text[$at++];
            if (strspn($char, '"\'`') === 1) {
                $at = $this->stringEnd($at, '', $char)[1];
            } elseif (strspn($char, '([{') === 1) {
                $depth++;
            } elseif (--$depth === 0) {
                return $at;
            }
        }
    }
}
