<?php

declare(strict_types=1);

namespace Splat;

/** The program `splat-deliver`. */
final class Deliver
{
    private const USAGE = "usage: splat-deliver [--seconds=30] [folder of the app]\n";

    /**
     * The exit code: 0 when nothing is left, 1 when something is, 2 for what it does not understand.
     *
     * @param list<string> $arguments
     */
    public static function main(array $arguments): int
    {
        [$seconds, $folder] = [30.0, Host::folder()];
        foreach ($arguments as $argument) {
            if (preg_match('/^--seconds=([0-9]{1,4})$/D', $argument, $match)) {
                $seconds = (float) $match[1];
            } elseif ($argument !== '' && $argument[0] !== '-' && is_dir($argument)) {
                $folder = (string) Host::real($argument);
            } else {
                fwrite(STDERR, self::USAGE);
                return 2;
            }
        }
        $options = Settings::read(['root' => $folder], Settings::environ(), $folder);
        if (!$options->enabled || $options->transport === 'none') {
            return $options->enabled ? 1 : 0;
        }
        $spool = Folder::of($options);
        $memory = new Memory($spool, $options->release, false);
        $delivery = new Delivery($options, $spool, $memory);
        return Quiet::run(static function () use ($delivery, $memory, $options, $seconds): int {
            foreach (is_dir($delivery->folder()) ? $memory->due(false) : [] as $count) {
                $delivery->keepCount($count);
            }
            $delivery->run(Clock::steady() + $seconds, true);
            return $delivery->isDue() || $delivery->owes() ? 1 : 0;
        });
    }
}
