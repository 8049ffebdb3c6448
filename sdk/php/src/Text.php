<?php

declare(strict_types=1);

namespace Splat;

/** C: text from outside, made so that it does nothing where GitHub shows it. */
final class Text
{
    /** C2. */
    private const HIDDEN = '/[\x{0}-\x{8}\x{B}-\x{1F}\x{7F}-\x{9F}\x{AD}\x{34F}\x{600}-\x{605}\x{61C}\x{6DD}\x{70F}'
        . '\x{890}-\x{891}\x{8E2}\x{115F}-\x{1160}\x{17B4}-\x{17B5}\x{180B}-\x{180F}\x{200B}-\x{200F}\x{2028}-\x{202E}'
        . '\x{2060}-\x{206F}\x{2800}\x{3164}\x{E000}-\x{F8FF}\x{FDD0}-\x{FDEF}\x{FE00}-\x{FE0F}\x{FEFF}\x{FFA0}'
        . '\x{FFF0}-\x{FFFB}\x{FFFE}-\x{FFFF}\x{110BD}\x{110CD}\x{13430}-\x{1345F}\x{1BCA0}-\x{1BCA3}'
        . '\x{1D173}-\x{1D17A}\x{E0000}-\x{10FFFF}]++/u';
    private const MOST_TICKS = 16;

    /** C1: without hidden characters, and without what opens a comment or names a report. */
    public static function clean(string $text): string
    {
        $text = str_replace(["\r\n", "\r"], "\n", Utf8::scrub($text));
        if (Regex::matches('/[^\n\t -~]/', $text)) {
            $text = Regex::replace(self::HIDDEN, '', $text);
        }
        if (str_contains($text, '`')) {
            $text = Regex::replace('/`{16,}+/', str_repeat('`', self::MOST_TICKS), $text);
        }
        return str_replace(['<!--', 'splat-report/'], ['<! --', 'splat-report '], $text);
    }

    /** C3: clean, on one line, at most `$limit` code points. */
    public static function oneLine(string $text, int $limit): string
    {
        return Utf8::cut(trim(Regex::replace('/[\t\n ]++/', ' ', self::clean($text)), ' '), $limit);
    }

    /** C4: a code span of `$text`; in a table its pipes part no cells. */
    public static function span(string $text, int $limit = 300, bool $table = false): string
    {
        $text = self::oneLine($text, $limit);
        $text = $text === '' ? ' ' : $text;
        $ticks = str_repeat('`', self::longestRun($text) + 1);
        $space = str_starts_with($text, '`') || str_ends_with($text, '`') ? ' ' : '';
        $whole = $ticks . $space . $text . $space . $ticks;
        return $table ? str_replace('|', '\\|', $whole) : $whole;
    }

    /** C5: a fenced block of `$text`, cut to `$limit` code points. */
    public static function fence(string $text, string $language, int $limit): string
    {
        $text = trim(Utf8::cut(self::clean($text), $limit), "\n");
        $ticks = str_repeat('`', max(3, self::longestRun($text) + 1));
        return "$ticks$language\n$text\n$ticks";
    }

    private static function longestRun(string $text): int
    {
        $runs = str_contains($text, '`') ? array_column(Regex::all('/`++/', $text), 0) : [];
        return $runs === [] ? 0 : max(array_map('strlen', $runs));
    }
}
