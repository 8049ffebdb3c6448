<?php

namespace App;

use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\HttpFoundation\StreamedResponse;
use Symfony\Component\HttpKernel\Controller\ControllerReference;
use Symfony\Component\HttpKernel\Exception\AccessDeniedHttpException;
use Symfony\Component\HttpKernel\Fragment\FragmentHandler;

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

    public function typed(): Response
    {
        return new Response((string) self::total('many'));
    }

    public function fatal(): Response
    {
        ini_set('memory_limit', '24M');
        $all = [];
        while (true) {
            $all[] = str_repeat('y', 100_000);
        }
    }

    public function stream(): Response
    {
        return new StreamedResponse(static function (): void {
            echo 'begun ';
            throw new \DomainException('the stream broke');
        });
    }

    public function part(FragmentHandler $fragments): Response
    {
        $part = new ControllerReference(self::class . '::broken');
        return new Response('all but ' . $fragments->render($part, 'inline', ['ignore_errors' => true]));
    }

    public function broken(): Response
    {
        throw new \RangeException('a part broke');
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
