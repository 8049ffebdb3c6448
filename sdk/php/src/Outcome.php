<?php

declare(strict_types=1);

namespace Splat;

/** What became of an item (T1). */
enum Outcome: string
{
    case Delivered = 'delivered';
    case Later = 'later';
    case Never = 'never';
}
