<?php

declare(strict_types=1);

namespace Splat\Transports;

use Splat\Outcome;
use Splat\Wire;

/** `console`: canonical JSON on stderr, one line an item. It is ASCII, so that no terminal acts on it. */
final class Console extends Nowhere
{
    public function send(array $batch): array
    {
        $stream = @fopen('php://stderr', 'w');
        $text = implode('', array_map(static fn ($item) => Wire::textOf($item) . "\n", $batch));
        $written = $stream !== false && @fwrite($stream, $text) === strlen($text);
        return array_fill(0, count($batch), $written ? Outcome::Delivered : Outcome::Never);
    }
}
