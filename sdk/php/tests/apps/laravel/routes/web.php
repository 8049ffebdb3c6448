<?php

use App\Cart;
use Illuminate\Support\Facades\Log;
use Illuminate\Support\Facades\Route;

Route::get('/', fn () => 'hello');
Route::get('/carts/{id}', function ($id) {
    Log::info("cart $id is asked for");
    return (string) Cart::total((int) $id);
});
Route::get('/unreported', fn () => throw new LengthException('not to be told'));
Route::get('/ended', fn () => throw new DomainException('its report ends in the app'));
Route::get('/fatal', function () {
    ini_set('memory_limit', '16M');
    $all = [];
    while (true) {
        $all[] = str_repeat('y', 100_000);
    }
});
Route::get('/abort', fn () => abort(403));
