<?php

declare(strict_types=1);

namespace Splat;

/**
 * What the user asked for. Made by `Sources::read`; texts are "" and lists empty where nothing is set.
 *
 * Named in arrays, composer.json and variables as in `TABLE`.
 */
final class Options
{
    /**
     * Name to its default, and the method of `Reading` that reads a given value.
     *
     * @var array<string, array{mixed, string}>
     */
    public const TABLE = [
        'repo' => ['', 'repository'],
        'token' => ['', 'token'],
        'api_url' => ['https://api.github.com', 'apiUrl'],
        'service' => ['', 'text'],
        'environment' => ['production', 'text'],
        'release' => ['', 'text'],
        'deploy' => ['', 'text'],
        'deploy_time' => ['', 'moment'],
        'root' => ['', 'folder'],
        'include' => [[], 'folders'],
        'transport' => ['', 'transport'],
        'url' => ['', 'url'],
        'folder' => ['splat-reports', 'folder'],
        'spool_dir' => ['', 'folder'],
        'labels' => [[], 'labels'],
        'trigger_label' => ['auto-fix', 'trigger'],
        'reporters' => [[], 'numbers'],
        'before_send' => [null, 'callback'],
        'ignore' => [[], 'ignored'],
        'sample_rate' => [1.0, 'share'],
        'enabled' => [true, 'flag'],
        'debug' => [false, 'flag'],
        'include_source' => [true, 'flag'],
        'include_query' => [false, 'flag'],
        'include_headers' => [false, 'flag'],
        'include_body' => [false, 'flag'],
        'locals' => ['shape', 'locals'],
        'durable' => [false, 'flag'],
        'redact' => [[], 'texts'],
        'public_logs' => [false, 'flag'],
        'public_request' => [false, 'flag'],
        'public_locals' => [false, 'flag'],
        'integrations' => [['exceptions', 'fatal'], 'integrations'],
        'shutdown_timeout' => [2.0, 'seconds'],
    ];
    /** What no file and no variable can hold. */
    public const ARGUMENTS_ONLY = ['before_send'];

    /** owner/name of the repository that gets the issues */
    public readonly string $repo;
    /** may read and write issues there */
    public readonly string $token;
    /** without a slash at the end */
    public readonly string $apiUrl;
    public readonly string $service;
    public readonly string $environment;
    public readonly string $release;
    /** names what was deployed last, and when, in the form of rule R1 */
    public readonly string $deploy;
    public readonly string $deployTime;
    /** absolute; "" when even the working folder is unknown */
    public readonly string $root;
    /** @var list<string> folders that hold the app's code although they look like a library's */
    public readonly array $include;
    /** github, http, file, console, none, or an object that delivers */
    public readonly string|Transport $transport;
    /** where `http` posts to */
    public readonly string $url;
    /** where `file` writes reports */
    public readonly string $folder;
    /** "" for the default place (rule P1) */
    public readonly string $spoolDir;
    /** @var list<string> besides `splat` */
    public readonly array $labels;
    public readonly string $triggerLabel;
    /** @var list<int> ids of accounts whose marked issues count, besides the token's own */
    public readonly array $reporters;
    /** gets a report as an array; what it returns is sent, null drops it */
    public readonly ?\Closure $beforeSend;
    /** @var list<string> */
    public readonly array $ignore;
    public readonly float $sampleRate;
    public readonly bool $enabled;
    public readonly bool $debug;
    public readonly bool $includeSource;
    public readonly bool $includeQuery;
    public readonly bool $includeHeaders;
    public readonly bool $includeBody;
    /** of arguments, where PHP keeps them: shape, values or off */
    public readonly string $locals;
    /** each report is synced to disk before `capture` returns */
    public readonly bool $durable;
    /** @var list<string> names of secrets, besides those every SDK knows */
    public readonly array $redact;
    public readonly bool $publicLogs;
    public readonly bool $publicRequest;
    public readonly bool $publicLocals;
    /** @var list<string> */
    public readonly array $integrations;
    /** seconds */
    public readonly float $shutdownTimeout;

    /**
     * Every option that is not given has its default; nothing is checked.
     *
     * @param array<string, mixed> $given by the names of `TABLE`
     */
    public function __construct(array $given = [])
    {
        foreach (self::TABLE as $name => [$default]) {
            $property = lcfirst(str_replace('_', '', ucwords($name, '_')));
            $this->$property = $given[$name] ?? $default;
        }
    }

    /** @return array<string, mixed> for `var_dump`: all but the token */
    public function __debugInfo(): array
    {
        return ['token' => $this->token === '' ? 'not set' : 'set'] + get_object_vars($this);
    }
}
