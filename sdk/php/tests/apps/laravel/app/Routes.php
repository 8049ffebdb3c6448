<?php

namespace App;

use Illuminate\Foundation\Support\Providers\RouteServiceProvider;
use Illuminate\Support\Facades\Artisan;
use Illuminate\Support\Facades\Route;

class Routes extends RouteServiceProvider
{
    public function boot()
    {
        $this->routes(fn () => Route::group([], base_path('routes/web.php')));
        Artisan::command('fail', fn () => Cart::total(9));
        Artisan::command('work', function () {
            // A queue in memory, and Laravel's own worker on it.
            $queue = new Queue();
            $this->laravel->make('queue')->addConnector('memory', fn () => $queue);
            foreach ([1, 8, 9] as $cart) {
                $queue->push(Job::class, ['cart' => $cart]);
            }
            $options = new \Illuminate\Queue\WorkerOptions();
            [$options->stopWhenEmpty, $options->sleep] = [true, 0];
            $worker = $this->laravel->make('queue.worker');
            $worker->daemon('memory', 'default', $options);
        });
    }
}
