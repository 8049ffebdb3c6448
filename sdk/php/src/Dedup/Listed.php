<?php

declare(strict_types=1);

namespace Splat\Dedup;

/** An issue as the index knows it (D1). Times are milliseconds since the epoch. */
final class Listed
{
    /**
     * @param int $author numeric id
     * @param string|null $signature of its marker (D2)
     * @param string|null $reason `state_reason`: completed, not_planned, duplicate
     * @param list<string> $releases of its block, encoded
     * @param list<string> $labels
     * @param int|null $duplicateOf of its block
     * @param int|null $canonical of GitHub's own record of duplicates, where it was asked for; 0: asked in vain
     * @param int $created when it was created; 0 where that is not known
     */
    public function __construct(
        public readonly int $number,
        public readonly int $author,
        public readonly ?string $signature,
        public readonly bool $open,
        public readonly int $updatedAt,
        public readonly ?string $reason = null,
        public readonly ?int $closedAt = null,
        public readonly array $releases = [],
        public readonly array $labels = [],
        public readonly ?int $duplicateOf = null,
        public readonly ?int $canonical = null,
        public readonly int $created = 0,
    ) {
    }

    /** The same with other values, by the names of the constructor. */
    public function with(mixed ...$changed): self
    {
        return new self(...array_replace(get_object_vars($this), $changed));
    }

    public function isDuplicate(): bool
    {
        return !$this->open && $this->reason === 'duplicate';
    }

    /** Whether the issue bears the label; GitHub tells labels apart without regard to case. */
    public function has(string $label): bool
    {
        return in_array(strtolower($label), array_map('strtolower', $this->labels), true);
    }
}
