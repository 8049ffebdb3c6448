<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Http\Later;
use Splat\Http\Unreachable;
use Splat\Options;

/** How this host stands with the repository: whether it was refused there, and whether it is reached at all. */
final class Standing
{
    /** Seconds for which a refusal stands, for all requests to the app: who puts it right is to see that soon. */
    private const REFUSED_FOR = 60;
    /** Deliveries without any answer, after which that is said. */
    private const NO_LONGER_SLOW = 3;

    /** What stands for this token and this repository: with another one it is tried at once. */
    private string $access;

    /** @param \Closure(string, string): void $warn */
    public function __construct(
        private readonly Repository $repository,
        Options $options,
        private readonly \Closure $warn,
    ) {
        $this->access = hash('sha256', "$options->apiUrl\n$options->repo\n$options->token");
    }

    public function isRefused(): bool
    {
        $refused = $this->repository->state->get('refused');
        $isOurs = is_array($refused) && ($refused[0] ?? null) === $this->access;
        return $isOurs && State::since($refused[1] ?? null) < self::REFUSED_FOR;
    }

    /** What GitHub refused to one error it refuses to all, but for a text it does not take. */
    public function refuse(Refused $refused): void
    {
        if ($refused->status !== 422) {
            $this->repository->state->set('refused', [$this->access, microtime(true)]);
        }
    }

    /** Nobody answered, if that is why it is for later. */
    public function unreachable(Later $later): void
    {
        if (!$later instanceof Unreachable || $this->repository->client->answered) {
            return;
        }
        $times = $this->repository->state->get('unreached');
        $times = is_int($times) ? $times + 1 : 1;
        $this->repository->state->set('unreached', $times);
        // A server that is waited for until the time is over may only be slow, but not again and again.
        if ($this->repository->client->left(1.0) >= 1.0 || $times >= self::NO_LONGER_SLOW) {
            ($this->warn)("GitHub cannot be reached ({$later->getMessage()}). Errors are kept, and sent when it can. "
                . "Check the option `api_url`, and the network: the environment's HTTPS_PROXY and SSL_CERT_FILE are "
                . 'used.', 'github unreachable');
        }
    }

    /** Forgets that, if somebody did. */
    public function answered(): void
    {
        if ($this->repository->client->answered) {
            $this->repository->state->set('unreached', 0);
        }
    }
}
