<?php

namespace App;

use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;

class Shop
{
    public function home(): Response
    {
        return new Response('hello');
    }

    public function cart(int $id): Response
    {
        return new Response((string) self::total($id));
    }

    public function form(): Response
    {
        throw new \LengthException('the form is too long');
    }

    public function forbidden(): Response
    {
        throw new AccessDeniedHttpException('not for you');
    }

    public static function total(int $id): int
    {
        $prices = [1 => 7];
        if (!isset($prices[$id])) {
            throw new \OutOfBoundsException("no cart $id");
        }
        return $prices[$id];
    }
}
