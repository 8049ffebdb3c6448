<?php

declare(strict_types=1);

namespace Splat\Symfony;

use Splat\Warn;
use Symfony\Component\HttpKernel\Bundle\Bundle;

/**
 * Symfony, from 5.4 on: `Splat\Symfony\SplatBundle::class => ['all' => true],` in `config/bundles.php`, and
 * `\Splat\init([...])` in `public/index.php` and `bin/console`.
 */
final class SplatBundle extends Bundle
{
    public function boot(): void
    {
        try {
            $dispatcher = $this->container?->get('event_dispatcher');
            if ($dispatcher !== null) {
                (new Listener($this->container))->listen($dispatcher);
            }
        } catch (\Throwable $error) {
            Warn::warn('errors of Symfony are not seen: ' . Warn::why($error), 'symfony');
        }
    }

    public function getPath(): string
    {
        return __DIR__;
    }
}
