<?php

declare(strict_types=1);

namespace Splat;

/** Where items go. Used by the one process that delivers; may wait, may not throw. */
interface Transport
{
    /**
     * One outcome for each item, in order.
     *
     * @param list<Item> $batch
     * @return list<Outcome>
     */
    public function send(array $batch): array;

    /**
     * Said before `send` by who has little time: no wait goes past `$deadline`, a reading of `Clock::steady()`.
     * What is not delivered by then is *later*.
     */
    public function hurry(float $deadline): void;

    /** This delivery ends: what is owed goes now, or is left for the next one. `$deadline` as with `hurry`. */
    public function close(float $deadline): void;
}
