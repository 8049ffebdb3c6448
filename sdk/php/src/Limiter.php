<?php

declare(strict_types=1);

namespace Splat;

/** L3: a plain copy of a value of any shape: bounded in depth, values, entries and text, whatever it is. */
final class Limiter
{
    private const MAX_TEXT = 5_000;
    private const MAX_TEXTS = 50_000;
    private const MAX_VALUES = 2_000;
    private const MAX_DEPTH = 8;
    private const MAX_ENTRIES = 100;
    private const MAX_KEY = 200;

    /** Whether anything was cut, dropped or replaced. */
    public bool $hasCut = false;

    private int $values = 0;
    private int $room = self::MAX_TEXTS;
    /** @var array<int, true> the mappings that this one stands in, by the ids of their objects */
    private array $above = [];

    public function limit(mixed $value, int $depth = 0): mixed
    {
        if ($this->values >= self::MAX_VALUES) {
            return $this->cut();
        }
        $this->values++;
        $id = is_object($value) ? spl_object_id($value) : null;
        if ($id !== null && isset($this->above[$id])) {
            $this->hasCut = true;
            return Plain::CYCLE;
        }
        $plain = Plain::oneLevel($value);
        if (is_string($plain)) {
            return $this->text($plain);
        }
        if (!is_array($plain) && !$plain instanceof \stdClass) {
            return $plain;
        }
        if ((array) $plain !== [] && $depth >= self::MAX_DEPTH) {
            return $this->cut();
        }
        if ($id === null) {
            return $this->container($plain, $depth);
        }
        $this->above[$id] = true;
        $made = $this->container($plain, $depth);
        unset($this->above[$id]);
        return $made;
    }

    private function cut(): string
    {
        $this->hasCut = true;
        return Utf8::CUT;
    }

    private function text(string $text): string
    {
        $room = min(self::MAX_TEXT, $this->room);
        $limited = $room >= strlen(Utf8::CUT) ? Utf8::cut($text, $room) : $this->atTheEnd($text, $room);
        $this->hasCut = $this->hasCut || $limited !== $text;
        $this->room = max(0, $this->room - Utf8::length($limited));
        return $limited;
    }

    private function atTheEnd(string $text, int $room): string
    {
        return Utf8::first($text, $room) === $text ? $text : Utf8::CUT;
    }

    /**
     * @param array<array-key, mixed>|\stdClass $plain
     * @return array<array-key, mixed>|\stdClass
     */
    private function container(array|\stdClass $plain, int $depth): array|\stdClass
    {
        $isMapping = Mapping::is($plain);
        $made = [];
        foreach ((array) $plain as $key => $each) {
            if (count($made) >= self::MAX_ENTRIES || $this->values >= self::MAX_VALUES) {
                $this->hasCut = true;
                $isMapping ? $made[Utf8::CUT] = true : $made[] = Utf8::CUT;
                break;
            }
            $made[$isMapping ? Utf8::cut((string) $key, self::MAX_KEY) : $key] = $this->limit($each, $depth + 1);
        }
        return $isMapping ? Mapping::of($made) : $made;
    }
}
