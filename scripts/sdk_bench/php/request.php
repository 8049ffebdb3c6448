<?php

/** One request: `ok`, `fail` (the same error each time) or a number (the error of that place). */

declare(strict_types=1);

$folder = (string) getenv('BENCH_FOLDER');
require __DIR__ . '/sdks.php';
$sdk = (string) getenv('BENCH_SDK');
if ($sdk !== 'none') {
    Bench\start($sdk, (string) getenv('BENCH_URL'), $folder, (string) getenv('BENCH_SENTRY'), [
        'transport' => 'http', 'url' => getenv('BENCH_URL') . '/collect',
    ]);
}
require "$folder/app.php";
$what = trim(explode('?', $_SERVER['REQUEST_URI'])[0], '/');
if ($what !== 'ok') {
    App\crash((int) $what);
}
echo 'ok';
