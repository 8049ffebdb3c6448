<?php

declare(strict_types=1);

namespace Splat;

/** An item as the text that is stored and sent, and back (P8, W3). */
final class Wire
{
    public const COUNT_SCHEMA = 'splat-count/1';

    /** The item in canonical JSON: a report, or a count. ASCII on one line. */
    public static function textOf(Item $item): string
    {
        if ($item->text !== '') {
            return $item->text;
        }
        return Canonical::write($item->body instanceof Count ? self::countOf($item->id, $item->body) : $item->body);
    }

    /** @return array<string, mixed> a count as it goes over the wire; times as R1 writes them */
    private static function countOf(string $id, Count $count): array
    {
        return [
            'schema' => self::COUNT_SCHEMA, 'id' => $id, 'signature' => $count->signature, 'count' => $count->seen,
            'first' => Clock::iso($count->first), 'last' => Clock::iso($count->last), 'release' => $count->release,
        ];
    }

    /**
     * The item in a text that `textOf` wrote.
     *
     * @throws \UnexpectedValueException with what is wrong, for any other
     */
    public static function itemOf(string $text): Item
    {
        if (str_contains(substr($text, 0, 1_000), '"schema":"' . self::COUNT_SCHEMA . '"')) {
            return self::count($text);
        }
        $report = Canonical::readBack($text);
        [$id, $time] = [$report['id'] ?? null, $report['time'] ?? null];
        if (!is_string($id) || preg_match('/^[0-9a-f]{32}\z/', $id) !== 1) {
            throw new \UnexpectedValueException('$.id: an id is 32 lower-case hexadecimal digits');
        }
        if (!is_string($time) || ($report['signature'] ?? '') === '') {
            throw new \UnexpectedValueException('$: a stored report has a time and a signature');
        }
        return new Item($id, Clock::seconds($time), $report, $text);
    }

    private static function count(string $text): Item
    {
        $data = Json::arrays($text);
        $data = is_array($data) ? $data : [];
        foreach (['id' => 32, 'signature' => 16] as $key => $length) {
            $isOne = is_string($data[$key] ?? null) && preg_match("/^[0-9a-f]{{$length}}\z/", $data[$key]) === 1;
            if (!$isOne) {
                throw new \UnexpectedValueException('$: a count has an id and a signature');
            }
        }
        [$seen, $release] = [$data['count'] ?? 0, $data['release'] ?? null];
        if (!is_int($seen) || $seen < 1 || !is_string($release)) {
            throw new \UnexpectedValueException('$: a count has a positive count and a release');
        }
        $times = array_filter([$data['first'] ?? null, $data['last'] ?? null], 'is_string');
        [$first, $last] = array_map([Clock::class, 'seconds'], array_pad(array_values($times), 2, ''));
        return new Item($data['id'], $last, new Count($data['signature'], $seen, $first, $last, $release), $text);
    }
}
