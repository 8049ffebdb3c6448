<?php

declare(strict_types=1);

namespace Splat\Dedup;

/** What to do for an error (D5). */
enum Action: string
{
    case Create = 'create';
    /** Count it for the issue about too many (D9). */
    case Hold = 'hold';
    case Count = 'count';
    /** Someone just wrote there: count it later. */
    case Wait = 'wait';
    case Regression = 'regression';
    case Silent = 'silent';

    /** Whether several processes may come to it at once, each of which would show. */
    public function isShared(): bool
    {
        return $this === self::Create || $this === self::Regression;
    }
}
