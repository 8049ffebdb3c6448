<?php

declare(strict_types=1);

namespace Splat\Transports;

use Splat\Files;
use Splat\Item;
use Splat\Outcome;
use Splat\Warn;
use Splat\Wire;

/** T3, `file`: one file an item, for local use. */
final class File extends Nowhere
{
    /** @param string $folder is made where it is missing */
    public function __construct(private string $folder)
    {
    }

    public function send(array $batch): array
    {
        return array_map($this->written(...), $batch);
    }

    private function written(Item $item): Outcome
    {
        try {
            Files::private($this->folder);
            Files::write($this->folder, Files::unused($this->folder, Files::nameOf($item)), Wire::textOf($item));
        } catch (\RuntimeException $error) {
            Warn::warn(
                'reports cannot be written: ' . $error->getMessage() . '. They are kept and tried again. Give the '
                . "option 'folder' one that belongs to this user and has room.",
                'file'
            );
            return Outcome::Later;
        }
        return Outcome::Delivered;
    }
}
