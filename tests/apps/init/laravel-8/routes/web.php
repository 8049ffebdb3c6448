<?php

use Illuminate\Support\Facades\Route;

Route::get('/health', fn () => 'ok');

Route::get('/books/{id}', function ($id) {
    $books = ['1' => 'Dune'];
    if (!isset($books[$id])) {
        throw new OutOfBoundsException("No book $id");
    }

    return $books[$id];
});
