<?php

declare(strict_types=1);

namespace Splat;

/** Where items go (sdk/SPEC.md, Transports). */
final class Transports
{
    /** The transport that the options name. */
    public static function make(Options $options, string $spool): Transport
    {
        return match ($options->transport) {
            'github' => new Transports\GitHub($options, $spool),
            'http' => new Transports\Collector($options->url),
            'file' => new Transports\File($options->folder),
            'console' => new Transports\Console(),
            'none' => new Transports\Nowhere(),
            default => $options->transport instanceof Transport ? $options->transport : new Transports\Nowhere(),
        };
    }
}
