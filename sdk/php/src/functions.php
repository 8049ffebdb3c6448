<?php

/**
 * The SDK's API: each bug in production becomes exactly one GitHub issue.
 *
 *     \Splat\init(['repo' => 'owner/name', 'token' => getenv('SPLAT_TOKEN')]);
 */

declare(strict_types=1);

namespace Splat;

// Where PHP has preloaded this file, and where there are two of it, they are there already.
if (!\function_exists('Splat\\init')) {
    /**
     * Starts capturing uncaught exceptions and fatal errors. Called again, it replaces what was before. Never throws:
     * what cannot be used warns once.
     *
     * An option that is not given, or null, is looked up in `extra.splat` of the nearest composer.json, then in the
     * variable `SPLAT_<NAME>`, and has its default else. All but `enabled` are read when the first error comes.
     *
     * Where errors go:
     * - repo: `owner/name` of the repository that gets the issues.
     * - token: may read and write issues there.
     * - api_url: of a GitHub Enterprise server.
     * - transport: `github` (the default with `repo`), `http` (the default with `url`), `file`, `console`, `none`, or a
     *   `Splat\Transport`.
     * - url: where `http` posts to.
     * - folder: where `file` writes reports.
     * - spool_dir: for what is not delivered yet; by default below the user's cache folder.
     * - durable: sync each new error to the disk before `capture` returns.
     * - shutdown_timeout: seconds that the end of the process may take for delivery, at most 2.
     * - labels: of issues, besides `splat`.
     * - trigger_label: given to the one issue of a bug when it is certain to be the only one; `auto-fix`.
     * - reporters: numeric ids of other accounts that report into the repository.
     *
     * What they say:
     * - service, environment, release, deploy, deploy_time: what ran. `release` is the commit, by default what the
     *   platform or `.git` says.
     * - root: the app's folder; by default the nearest above the script that has a composer.json.
     * - include: folders that hold the app's code although they look like a library's.
     * - include_source: lines around each frame.
     * - include_query, include_headers, include_body: parts of the request, redacted; off.
     * - locals: arguments, where PHP keeps them: `shape` (type, length, keys), `values` (redacted) or `off`.
     * - redact: names whose values are secret, besides those that always are.
     * - public_logs, public_request, public_locals: allow these in issues of a public repository.
     *
     * Which are sent:
     * - before_send: gets each report as an array, redacted; what it returns is sent, null drops it.
     * - ignore: names of classes of exceptions; subclasses too.
     * - sample_rate: share of errors that are captured, 0 to 1.
     * - enabled: false does nothing at all.
     * - integrations: of `exceptions` and `fatal` (both by default); `none`.
     * - debug: say in the error log what is done.
     *
     * @param array<string, mixed> $options
     */
    function init(array $options = []): void
    {
        started();
        Start::with($options);
    }

    /**
     * Captures an exception that the app caught. The id of the event when the error is new; null when it is counted
     * only, or not captured.
     */
    function capture_exception(\Throwable $error): ?string
    {
        started();
        return Start::client()?->capture($error, 'capture_exception', true);
    }

    /** Captures a text at the place of this call. As `capture_exception`. */
    function capture_message(string $text, string $level = 'info'): ?string
    {
        started();
        return Start::client()?->captureMessage($text, $level);
    }

    /**
     * What the app did; the last 100 of a request go into its reports.
     *
     * @param array<array-key, mixed>|null $data
     */
    function add_breadcrumb(string $message, string $category = '', string $level = 'info', ?array $data = null): void
    {
        attempt(static fn () => Scope::addBreadcrumb($message, $category, $level, $data));
    }

    /** A tag for the reports of this request, or outside of requests of all; null takes it away. */
    function set_tag(string $name, string|int|float|bool|null $value): void
    {
        attempt(static fn () => Scope::setTag($name, $value));
    }

    /**
     * Values of any shape for the reports of this request, or outside of requests of all; null takes them away.
     *
     * @param array<array-key, mixed>|null $value
     */
    function set_context(string $name, ?array $value): void
    {
        attempt(static fn () => Scope::setContext($name, $value));
    }

    /**
     * Delivers what was captured, in at most so many seconds. True when all since the last call is delivered; false too
     * when some was refused or dropped, of which a warning says why.
     *
     * In a process that lives on (a queue's worker, a loop), call it now and then, where nobody waits.
     */
    function flush(float $seconds = 2.0): bool
    {
        started();
        return Start::client()?->flush($seconds) ?? true;
    }

    /** Captures nothing more, and delivers what it can in so many seconds; the rest stays in the spool. */
    function close(float $seconds = 2.0): void
    {
        started();
        Start::client() && attempt(static fn () => Start::stop($seconds));
    }

    /**
     * Loads what a request without an error needs, and asks no loader of the app's.
     *
     * @internal
     */
    function started(): void
    {
        class_exists(Start::class, false) || require __DIR__ . '/Start.php';
    }

    /**
     * @internal
     * @param \Closure(): mixed $work
     */
    function attempt(\Closure $work): void
    {
        started();
        Start::load();
        Quiet::attempt($work);
    }
}
