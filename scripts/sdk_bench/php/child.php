<?php

/**
 * One measurement of one SDK in one process: child.php SDK TASK URL FOLDER SENTRY. Prints one JSON object.
 * FOLDER holds the program that fails (app.php); SENTRY is a folder in which `composer require sentry/sentry` was done.
 */

declare(strict_types=1);

namespace Bench;

[, $sdk, $task, $url, $folder, $sentry] = $argv;
define(__NAMESPACE__ . '\SDK', $sdk);
ini_set('error_log', "$folder/php.log");
ini_set('log_errors', '1');
ini_set('display_errors', 'stderr');
chdir($folder);

/** Microseconds of CPU of this process. */
function cpu(): float
{
    $used = getrusage();
    return ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) * 1e6 + $used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec'];
}

/** Megabytes in memory now. */
function memory(): float
{
    return (int) explode(' ', (string) file_get_contents('/proc/self/statm'))[1] * 4096 / 1e6;
}

/** Fail in place `$number`: what capturing took. */
function crash(int $number, \Closure $capture): float
{
    try {
        \App\crash($number);
    } catch (\DomainException $error) {
        $before = cpu();
        $capture($error);
        return cpu() - $before;
    }
    throw new \LogicException('it did not fail');
}

function twenty(\Closure $capture): void
{
    for ($number = 0; $number < 20; $number++) {
        crash($number, $capture);
    }
}

function task_start(\Closure $start): array
{
    [$before, $memory] = [cpu(), memory()];
    $start();
    return ['ms' => (cpu() - $before) / 1000, 'mb' => memory() - $memory];
}

/** Fifty errors that were never seen before, and what it took until they were delivered. */
function task_new(\Closure $start): array
{
    [$capture, $flush] = $start();
    crash(55, $capture);
    [$took, $waited] = [[], []];
    for ($number = 0; $number < 50; $number++) {
        $began = hrtime(true);
        $took[] = crash($number, $capture);
        $waited[] = (hrtime(true) - $began) / 1e6;
    }
    $before = cpu();
    $flush();
    return ['us' => $took, 'waited' => $waited, 'total_us' => (array_sum($took) + cpu() - $before) / 50];
}

function task_again(\Closure $start): array
{
    [$capture] = $start();
    for ($number = 0; $number < 20; $number++) {
        crash(0, $capture);
    }
    $took = [];
    // One that delivers each at once is waited for as often as it asks.
    $rounds = SDK === 'sentry-php' ? 10 : 100;
    // Of one alone the kernel's clock, which is asked, would be a large part.
    for ($number = 0; $number < $rounds; $number++) {
        $errors = [];
        while (count($errors) < 10) {
            try {
                \App\crash(0);
            } catch (\DomainException $error) {
                $errors[] = $error;
            }
        }
        $before = cpu();
        array_walk($errors, static fn (\DomainException $error) => $capture($error));
        $took[] = (cpu() - $before) / 10;
    }
    return ['us' => $took];
}

/** Ten seconds of one error at full speed. */
function task_burst(\Closure $start): array
{
    [$capture] = $start();
    crash(0, $capture);
    usleep(1_000_000);
    gc_collect_cycles();
    [$offered, $took, $base, $peak, $end] = [0, [], memory(), memory(), hrtime(true) + 10_000_000_000];
    while (hrtime(true) < $end) {
        $each = crash(0, $capture);
        if (++$offered % 100 === 0) { // a list of all would be what grows
            $took[] = $each;
            $peak = max($peak, memory());
        }
    }
    sort($took);
    $middle = $took[intdiv(count($took), 2)] ?? 0.0;
    return ['offered' => $offered, 'mb' => max($peak, memory()) - $base, 'us' => $middle, 'ended' => microtime(true)];
}

function task_end(\Closure $start): void
{
    twenty($start()[0]);
}

function task_exit(\Closure $start): void
{
    twenty($start()[0]);
    exit(3);
}

function task_uncaught(\Closure $start): void
{
    $start();
    \App\crash(0);
}

function task_fatal(\Closure $start): void
{
    $start();
    ini_set('memory_limit', '64M');
    $all = [];
    while (true) {
        $all[] = str_repeat('x', 100_000);
    }
}

/** The child of a fork fails, and ends. */
function task_fork(\Closure $start): void
{
    [$capture] = $start();
    if (pcntl_fork() === 0) {
        twenty($capture);
        exit(0);
    }
    pcntl_wait($status);
}

function ended(\Closure $start, int $signal): void
{
    twenty($start()[0]);
    posix_kill(getmypid(), $signal);
    sleep(5);
}

function task_sigterm(\Closure $start): void
{
    ended($start, 15);
}

function task_sigkill(\Closure $start): void
{
    ended($start, 9);
}

/** The next process of the same app, which fails in nothing. */
function task_next(\Closure $start): void
{
    $start()[1]();
}

require __DIR__ . '/sdks.php';
require "$folder/app.php";
// Fifty issues in a minute are more than Splat makes; a collector takes them all. The burst goes to GitHub.
$where = $task === 'burst' ? [] : ['transport' => 'http', 'url' => "$url/collect"];
$answer = (__NAMESPACE__ . "\\task_$task")(static fn (): array => start($sdk, $url, $folder, $sentry, $where));
if ($answer !== null) {
    echo json_encode($answer, JSON_THROW_ON_ERROR), "\n";
}
