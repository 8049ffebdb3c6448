<?php

declare(strict_types=1);

namespace Splat;

use Splat\Redact\Redact;
use Splat\Signature\Signature;

/** From what was raised to the report that goes out (rules R1 to R8). */
final class Reporter
{
    private Frames $frames;
    private Source $source;
    private Packages $packages;
    private Snapshot $snapshot;
    /** @var array<string, mixed> */
    private array $always;

    public function __construct(private Options $options)
    {
        $this->frames = new Frames($options->root, $options->include);
        $this->snapshot = new Snapshot($this->frames, new Shapes($options->locals, $options->redact));
        $this->source = new Source();
        $this->packages = new Packages();
        $this->always = $this->facts();
    }

    public function snapshot(): Snapshot
    {
        return $this->snapshot;
    }

    /**
     * R2: from what was raised, before redaction and any limit.
     *
     * @param list<Raised> $raised
     */
    public function signature(array $raised): string
    {
        $exceptions = array_map(fn (Raised $each) => $this->exception($each, false), $raised);
        return Signature::of('php', $this->options->root, $exceptions);
    }

    /**
     * The item to deliver (rule R6); null when `before_send` drops it.
     *
     * @param list<Raised> $raised
     * @param array<string, mixed> $scope keys of the report, not yet redacted
     * @throws \Throwable where redaction fails (X11)
     */
    public function item(
        string $signature,
        array $raised,
        float $time,
        string $mechanism,
        bool $handled,
        array $scope,
    ): Item {
        $report = $this->safe($this->build($signature, $raised, $time, $mechanism, $handled, $scope));
        return new Item($report['id'], $time, $report, Canonical::write($report));
    }

    /** R6: what the app's `before_send` makes of it, safe again; null when it drops it. */
    public function asked(Item $item): ?Item
    {
        $beforeSend = $this->options->beforeSend;
        if ($beforeSend === null || !is_array($item->body)) {
            return $item;
        }
        $given = Canonical::readBack($item->text);
        try {
            $changed = $beforeSend($given);
        } catch (\Throwable $error) {
            $kind = get_debug_type($error);
            Warn::warn("before_send failed with $kind: reports are sent as they were before it");
            return $item;
        }
        if ($changed === null) {
            return null;
        }
        return $changed === $given ? $item : $this->checked($changed, $item);
    }

    /** What `before_send` changed, made safe again; what it was given when that is no report any more. */
    private function checked(mixed $changed, Item $item): Item
    {
        try {
            if (!is_array($changed)) {
                throw new \UnexpectedValueException('it is no array');
            }
            $kept = array_flip(['schema', 'runtime', 'id', 'time', 'signature']);
            $own = array_intersect_key((array) $item->body, $kept);
            $safe = $this->safe(Conform::report($own + $changed));
            $text = Canonical::write($safe);
            return new Item($item->id, $item->time, Canonical::readBack($text), $text);
        } catch (\UnexpectedValueException | \TypeError $error) {
            $why = Warn::why($error);
            Warn::warn("before_send returned what is no report ($why): it was sent as it was before", 'before_send');
            return $item;
        }
    }

    /**
     * @param array<string, mixed> $report
     * @return array<string, mixed>
     */
    private function safe(array $report): array
    {
        return Limits::report(Redact::report($report, $this->options->redact, $this->options->locals === 'shape'));
    }

    /**
     * @param list<Raised> $raised
     * @param array<string, mixed> $scope
     * @return array<string, mixed> as the schema has it: not redacted, not within limits
     */
    private function build(
        string $signature,
        array $raised,
        float $time,
        string $mechanism,
        bool $handled,
        array $scope,
    ): array {
        $when = Clock::iso($time);
        $report = [
            'id' => bin2hex(random_bytes(16)),
            'time' => $when,
            'signature' => $signature,
            'exceptions' => array_map(fn (Raised $each) => $this->exception($each, true), $raised),
            'occurrences' => ['count' => 1, 'first_seen' => $when, 'last_seen' => $when],
            'mechanism' => ['type' => $mechanism, 'handled' => $handled],
        ];
        $files = [];
        foreach ($raised as $each) {
            foreach ($each->frames as $frame) {
                $frame->inApp || $files[] = $frame->file;
            }
        }
        $dependencies = $this->packages->of(array_values(array_unique($files)));
        return $report + $this->always + ($dependencies ? ['dependencies' => $dependencies] : []) + $scope;
    }

    /** @return array<string, mixed> */
    private function exception(Raised $raised, bool $whole): array
    {
        return [
            'type' => Utf8::scrub($raised->type),
            'message' => Utf8::scrub($raised->message),
            'relation' => $raised->relation === '' ? 'surfaced' : $raised->relation,
            'parent' => $raised->parent >= 0 ? $raised->parent : null,
            'frames' => array_map(fn (RawFrame $frame) => $this->frame($frame, $whole), $raised->frames),
        ];
    }

    /** @return array<string, mixed> */
    private function frame(RawFrame $raw, bool $whole): array
    {
        $frame = [
            'path' => str_replace("\0", '', $this->frames->path($raw->file)),
            'line' => $raw->line,
            'function' => Utf8::scrub($raw->function),
            'in_app' => $raw->inApp,
        ];
        if (!$whole) {
            return $frame;
        }
        $around = $this->options->includeSource ? $this->source->around($raw->file, $raw->line ?? 0) : null;
        if ($around !== null) {
            $frame['source'] = $around[0];
            if ($raw->inApp) {
                [, $frame['pre_context'], $frame['post_context']] = $around;
            }
        }
        return $raw->locals ? $frame + ['locals' => $raw->locals] : $frame;
    }

    /** @return array<string, mixed> what all reports of a process share */
    private function facts(): array
    {
        $deploy = array_filter(['id' => $this->options->deploy, 'time' => $this->options->deployTime]);
        return array_filter([
            'schema' => Canonical::SCHEMA,
            'runtime' => 'php',
            'runtime_version' => PHP_VERSION,
            'platform' => function_exists('php_uname') ? php_uname('s') . ' ' . php_uname('m') : PHP_OS,
            'sdk' => ['name' => 'splat-php', 'version' => Client::VERSION],
            'root' => Utf8::scrub(strtr($this->options->root, '\\', '/')),
            'service' => $this->options->service,
            'environment' => $this->options->environment,
            'release' => $this->options->release,
            'deploy' => $deploy,
        ]);
    }
}
