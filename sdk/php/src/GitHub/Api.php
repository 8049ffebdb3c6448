<?php

declare(strict_types=1);

namespace Splat\GitHub;

use Splat\Http\Answer;
use Splat\Http\Client;
use Splat\Http\Exchange;
use Splat\Http\Later;
use Splat\Options;
use Splat\Redact\Redact;
use Splat\Text;

/**
 * The requests to one repository with one token, and what its refusals mean for whoever set this up (T2).
 *
 * Every method may throw `Later` and `Refused`.
 */
final class Api
{
    private const CANONICAL = 'query($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name)'
        . '{issue(number:$number){duplicateOf{number repository{nameWithOwner}}}}}';
    private const ENTERPRISE = '/api/v3';
    /** Seconds: with less, the answer to a write is likely to get lost. */
    private const LEAST_TO_WRITE = 0.3;

    public readonly Client $client;
    private string $repo;
    private string $prefix;
    private string $at;

    /**
     * @param \Closure(string, string): void $warn gets a text and its kind
     * @throws \InvalidArgumentException when the address or the token cannot be used
     */
    public function __construct(Options $options, private readonly \Closure $warn, ?Exchange $exchange = null)
    {
        $this->repo = $options->repo;
        $this->prefix = rtrim((string) parse_url($options->apiUrl, PHP_URL_PATH), '/');
        $url = rtrim($options->apiUrl, '/');
        $origin = substr($url, 0, strlen($url) - strlen($this->prefix));
        $this->client = new Client($origin, [
            'Accept' => 'application/vnd.github+json',
            'X-GitHub-Api-Version' => '2022-11-28',
            'Authorization' => "Bearer $options->token",
        ], $exchange);
        $this->at = $this->prefix . '/repos/' . implode('/', array_map('rawurlencode', explode('/', $this->repo)));
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /**
     * A page of the repository's issues and the tag to ask for it again with; null when it is what `$tag` stands for.
     *
     * @return array{list<mixed>, string}|null
     */
    public function listing(string $path, ?string $tag): ?array
    {
        $answer = $this->ask('GET', $this->at . $path, null, $tag === null ? [] : ['If-None-Match' => $tag]);
        if ($answer->status === 304) {
            return null;
        }
        $entries = $this->good($answer)->json();
        $tag = $answer->header('etag');
        return [is_array($entries) ? array_values($entries) : [], preg_match('/^[ -~]*\z/', $tag) === 1 ? $tag : ''];
    }

    /**
     * One issue.
     *
     * @throws Gone when it was deleted or moved away
     */
    public function issue(int $number): mixed
    {
        return $this->ofIssue($this->ask('GET', "$this->at/issues/$number"))->json();
    }

    /** I9. True unless the API says that the repository is private. */
    public function isPublic(): bool
    {
        $data = $this->good($this->ask('GET', $this->at))->json();
        return !is_array($data) || ($data['private'] ?? null) !== true;
    }

    /** The numeric id of the token's account; null for a token of an installation, which may not ask. */
    public function ownId(): ?int
    {
        $answer = $this->ask('GET', "$this->prefix/user");
        $data = $answer->status === 200 ? $answer->json() : null;
        return is_array($data) && is_int($data['id'] ?? null) ? $data['id'] : null;
    }

    /** The issue of this repository that GitHub has on record for a closed duplicate; null when there is none. */
    public function canonicalOf(int $number): ?int
    {
        [$owner, $name] = explode('/', $this->repo, 2) + [1 => ''];
        $isEnterprise = str_ends_with($this->prefix, self::ENTERPRISE);
        $root = $isEnterprise ? substr($this->prefix, 0, -strlen(self::ENTERPRISE)) . '/api' : $this->prefix;
        $variables = ['owner' => $owner, 'name' => $name, 'number' => $number];
        $answer = $this->ask('POST', "$root/graphql", ['query' => self::CANONICAL, 'variables' => $variables], [], 1);
        $found = $answer->status === 200 ? $answer->json() : null;
        foreach (['data', 'repository', 'issue', 'duplicateOf'] as $key) {
            $found = is_array($found) ? $found[$key] ?? null : null;
        }
        $place = is_array($found) ? $found['repository']['nameWithOwner'] ?? null : null;
        $isHere = is_string($place) && strtolower($place) === strtolower($this->repo);
        return $isHere && is_int($found['number'] ?? null) ? $found['number'] : null;
    }

    // --- writing -----------------------------------------------------------------------------------------------------

    /**
     * The issue as GitHub made it. Tried once: when no answer came, only the next listing tells what happened.
     *
     * @param list<string> $labels
     */
    public function create(string $title, string $body, array $labels): mixed
    {
        $this->checkTime();
        $data = ['title' => $title, 'body' => $body, 'labels' => $labels];
        return $this->good($this->ask('POST', "$this->at/issues", $data, [], 1))->json();
    }

    /**
     * The issue after the change.
     *
     * @param array<string, mixed> $fields
     * @throws Gone as with `issue`
     */
    public function change(int $number, array $fields): mixed
    {
        $this->checkTime();
        return $this->ofIssue($this->ask('PATCH', "$this->at/issues/$number", $fields))->json();
    }

    /** Tried once: a comment too few is better than the same one four times. */
    public function comment(int $number, string $text): void
    {
        $this->good($this->ask('POST', "$this->at/issues/$number/comments", ['body' => $text], [], 1));
    }

    private function checkTime(): void
    {
        if ($this->client->left(self::LEAST_TO_WRITE) < self::LEAST_TO_WRITE) {
            throw new Later('there is no time left for a write');
        }
    }

    // --- answers -----------------------------------------------------------------------------------------------------

    /** @param array<string, string> $headers */
    private function ask(string $method, string $path, mixed $data = null, array $headers = [], int $tries = 4): Answer
    {
        return $this->client->request($method, $path, $data, $headers, $tries);
    }

    private function ofIssue(Answer $answer): Answer
    {
        if ($answer->status === 404 || $answer->status === 410) {
            throw new Gone();
        }
        return $this->good($answer);
    }

    private function good(Answer $answer): Answer
    {
        if ($answer->status >= 200 && $answer->status < 300) {
            return $answer;
        }
        $advice = $this->advice($answer->status);
        $said = $answer->status . self::reason($answer);
        ($this->warn)("GitHub refused ($said): $advice", "github $answer->status");
        throw new Refused($answer->status);
    }

    private function advice(int $status): string
    {
        $repo = $this->repo;
        return match (true) {
            $status === 401 => 'the token is wrong, expired or revoked. Give the option `token` (or SPLAT_TOKEN) one '
                . 'that is valid. Errors are not reported until then.',
            $status === 403 => "the token may not do this in $repo. Give it read and write access to the issues of "
                . "$repo (classic tokens: the scope `repo`; organisations with single sign-on: authorize it there).",
            $status === 404 => "there is no repository $repo, or the token may not see it. Check the option `repo` "
                . "(owner/name), and that the token has access to $repo.",
            $status === 410 => "issues are turned off in $repo. Turn them on in the repository's settings.",
            $status === 422 => "what was sent to $repo is not accepted. That report is dropped. Please tell the makers "
                . 'of splat.',
            $status >= 300 && $status < 400 => 'it answers from another address, where the token is not sent. Check '
                . 'the options `api_url` and `repo`.',
            default => 'the request is not accepted. Check the options `api_url`, `repo` and `token`.',
        };
    }

    /** What GitHub says, as one short line of text. */
    private static function reason(Answer $answer): string
    {
        try {
            $data = $answer->json();
        } catch (Later) {
            return '';
        }
        $message = is_array($data) ? $data['message'] ?? null : null;
        // What stands between may answer with what it was sent.
        return is_string($message) && $message !== '' ? ', ' . Text::oneLine(Redact::text($message), 200) : '';
    }
}
