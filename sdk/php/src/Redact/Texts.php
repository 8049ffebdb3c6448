<?php

declare(strict_types=1);

namespace Splat\Redact;

use Splat\Regex;
use Splat\Utf8;

/** X1, X7, X8, X11: all steps over one text, in their order, with the names of one user. */
final class Texts
{
    /** A text is cut to so many code points first, and loses its last ones when redacted: a secret may begin there. */
    private const MAX_TEXT = 100_000;
    private const LOST_AT_THE_END = 512;

    private const ARGUMENT = '~(^|[ \t\n\x0B\x0C\r"\'`(,=\[])(--?)([A-Za-z][0-9A-Za-z_-]{1,60})([ \t]{1,4})'
        . '([^ \t\n\x0B\x0C\r"\'`=-][^ \t\n\x0B\x0C\r"\'`]*+)~';
    private const CREDENTIALS = '~(^|[ \t\n\x0B\x0C\r"\'`(,=\[])((?:-u|--user)[ =]["\']?)'
        . '([^ \t\n\x0B\x0C\r:"\'/]++:[^ \t\n\x0B\x0C\r"\']++)~';
    private const ELEMENT = '~<([A-Za-z][0-9A-Za-z_.:-]{0,60})>([^<>]++)</~';

    public readonly Names $names;

    /** @param list<string> $extra names that tell too */
    public function __construct(array $extra = [])
    {
        $this->names = new Names($extra);
    }

    /** A text without its secrets, `$source` by the mode of X1. Never throws: what fails is MARK. */
    public function hide(string $text, bool $source): string
    {
        if ($text === '') {
            return '';
        }
        try {
            $head = Utf8::head($text, self::MAX_TEXT * 4);
            $first = Utf8::first($head, self::MAX_TEXT);
            if (strlen($first) === strlen($head) && strlen($text) <= self::MAX_TEXT * 4) {
                return $this->steps($first, $source);
            }
            $hidden = $this->steps($first, $source);
            return Utf8::first($hidden, max(0, Utf8::length($hidden) - self::LOST_AT_THE_END)) . Utf8::CUT;
        } catch (\Throwable) {
            return Redact::MARK;
        }
    }

    private function steps(string $text, bool $source): string
    {
        $text = Shapes::hide($text, $source);
        if (strcspn($text, '=:') < strlen($text)) {
            $text = (new Named($text, $this->names, $source))->hidden();
        }
        if (!$source && str_contains($text, '-')) {
            $text = Regex::replaceEach(self::ARGUMENT, $this->argument(...), $text);
            $text = Regex::replace(self::CREDENTIALS, '${1}${2}' . Redact::MARK, $text);
        }
        if (str_contains($text, '</')) {
            $text = Regex::replaceEach(self::ELEMENT, $this->element(...), $text);
        }
        return Cards::hide($text);
    }

    /** @param array<array-key, string> $match X7 */
    private function argument(array $match): string
    {
        [$all, $lead, $dashes, $name, $gap] = $match;
        return $this->names->tells($name) ? $lead . $dashes . $name . $gap . Redact::MARK : $all;
    }

    /** @param array<array-key, string> $match X8 */
    private function element(array $match): string
    {
        [$all, $name, $content] = $match;
        $tells = trim($content, " \t\n\x0B\x0C\r") !== '' && $this->names->tells($name);
        return $tells ? "<$name>" . Redact::MARK . '</' : $all;
    }
}
