<?php

namespace App\Exceptions;

class Handler extends \Illuminate\Foundation\Exceptions\Handler
{
    protected $dontReport = [\LengthException::class];

    public function register()
    {
        $this->reportable(fn (\DomainException $error) => false);
    }
}
