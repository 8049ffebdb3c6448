<?php

declare(strict_types=1);

namespace Splat;

/** I: the title and the body of an issue, for a person and for the engine. */
final class Issue
{
    /** Bytes of UTF-8; GitHub takes 65,536, and the block grows. */
    private const MAX_BYTES = 60_000;
    private const MAX_TITLE = 120;
    private const MAX_KIND = 80;

    /**
     * I2: type and place, at most 120 code points, without anything that GitHub links.
     *
     * @param array<string, mixed> $report
     */
    public static function title(array $report): string
    {
        $type = Signature\Text::typeName($report['exceptions'][0]['type']);
        $kind = Utf8::cut(Text::oneLine($type, 1_000), self::MAX_KIND);
        $kind = $kind === '' ? 'Error' : $kind;
        $frame = Place::in($report['exceptions'])->frame;
        $path = $frame === null ? '' : Text::oneLine(Place::text($frame, 'path'), Place::MAX_PATH);
        if ($path === '') {
            return Utf8::cut(self::unlinked("[Splat] $kind"), self::MAX_TITLE);
        }
        $made = self::unlinked("[Splat] $kind in " . Place::located($path, $frame));
        while (Utf8::length($made) > self::MAX_TITLE && str_contains($path, '/')) {
            $path = explode('/', $path, 2)[1];
            $made = self::unlinked("[Splat] $kind in .../" . Place::located($path, $frame));
        }
        return Utf8::cut($made, self::MAX_TITLE);
    }

    private static function unlinked(string $text): string
    {
        $text = Regex::replace('/#++([0-9])/', '$1', str_replace(['@', '`'], ['', "'"], $text));
        return Regex::replace('/([Gg][Hh])-([0-9])/', '$1 $2', $text);
    }

    /**
     * I3 to I9: the text of an issue, at most 60,000 bytes. `$public` leaves out what only the team may see.
     *
     * @param array<string, mixed> $report
     */
    public static function body(array $report, bool $public = false): string
    {
        $made = '';
        $sizeOf = static function (array $report) use (&$made): int {
            $document = Canonical::write($report);
            // What is too large without the rest need not be rendered.
            $made = strlen($document) <= self::MAX_BYTES ? (new Body($report, $document))->text() : '';
            return $made === '' ? strlen($document) : strlen($made);
        };
        $smallest = Shrink::to($public ? self::forEveryone($report) : $report, $sizeOf, self::MAX_BYTES);
        return $made === '' ? (new Body($smallest, Canonical::write($smallest)))->text() : $made;
    }

    /**
     * @param array<string, mixed> $report
     * @return array<string, mixed>
     */
    private static function forEveryone(array $report): array
    {
        $report = Shrink::without($report, ['logs', 'breadcrumbs', 'request']);
        return Shrink::eachFrame($report, static fn (array $frame): array => Shrink::without($frame, ['locals']));
    }
}
