<?php

declare(strict_types=1);

namespace Splat\Signature;

use Splat\Regex;

/** S5: what a printed trace calls a function, without what differs from run to run. */
final class Functions
{
    /** Of any runtime: reports and traces of all of them have the same signatures everywhere. */
    public static function name(string $runtime, string $name): string
    {
        $name = Text::field($name);
        return match ($runtime) {
            'php' => self::ofPhp($name),
            'python' => Text::after('.', $name),
            'javascript' => self::ofJavascript($name),
            'go' => self::ofGo($name),
            'ruby' => self::ofRuby($name),
            default => throw new \InvalidArgumentException('no runtime that S5 names'),
        };
    }

    private static function ofPhp(string $name): string
    {
        if (str_contains($name, '{closure')) {
            return '{closure}';
        }
        return Text::after('\\', Text::after('::', Text::after('->', $name)));
    }

    private static function ofJavascript(string $name): string
    {
        $name = Text::after('*', Text::before(' [as ', $name));
        if (in_array($name, ['global code', 'module code', 'eval code'], true)) {
            return '';
        }
        $name = Text::after('/', self::withoutWords($name));
        $name = str_ends_with($name, '<') ? substr($name, 0, -1) : $name;
        $name = self::withoutWords(Text::after('.', $name));
        return str_starts_with($name, '<') ? '' : $name;
    }

    private static function withoutWords(string $name): string
    {
        return Regex::replace('/^(?:async |new |bound |get |set )++/', '', $name);
    }

    private static function ofGo(string $name): string
    {
        $name = Text::after('/', self::withoutBrackets($name));
        $name = str_ends_with($name, '-fm') ? substr($name, 0, -3) : $name;
        $name = Regex::replace('/-range[0-9]++/', '', $name);
        $ofMethod = str_starts_with($name, '(');
        $parts = explode('.', str_replace(['(*', '(', ')'], '', $name));
        $inner = false;
        while (count($parts) > 1 && Regex::matches('/^(?:func|gowrap|deferwrap)?[0-9]++\z/', end($parts))) {
            array_pop($parts);
            $inner = true;
        }
        if (count($parts) > 1 && !$ofMethod) {
            array_shift($parts);
        }
        return implode('.', $parts) . ($inner ? '.func' : '');
    }

    private static function withoutBrackets(string $name): string
    {
        $made = '';
        $depth = 0;
        foreach (preg_split('/([\[\]])/', $name, -1, PREG_SPLIT_DELIM_CAPTURE) ?: [] as $part) {
            if ($part === '[') {
                $depth++;
            } elseif ($part === ']' && $depth > 0) {
                $depth--;
            } elseif ($depth === 0) {
                $made .= $part;
            }
        }
        return $made;
    }

    private static function ofRuby(string $name): string
    {
        $name = Regex::replace('/^(?:(?:block|rescue|ensure)(?: \([0-9]++ levels\))? in )++/', '', $name);
        $name = str_contains($name, '#') ? Text::after('#', $name) : Text::after('.', $name);
        return Regex::replace('/_{2,4}[0-9]+_[0-9]+\z/', '', $name);
    }
}
