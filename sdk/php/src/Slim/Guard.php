<?php

declare(strict_types=1);

namespace Splat\Slim;

use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\ServerRequestInterface;
use Psr\Http\Server\RequestHandlerInterface;
use Splat\Integrations\Untrace;

/** Sees what is thrown behind it, and passes it on as it came. */
final class Guard implements RequestHandlerInterface
{
    public function __construct(private RequestHandlerInterface $next)
    {
    }

    public function handle(ServerRequestInterface $request): ResponseInterface
    {
        try {
            return $this->next->handle($request);
        } catch (\Throwable $error) {
            Four::hold($error);
            Untrace::from($error);
            throw $error;
        }
    }
}
