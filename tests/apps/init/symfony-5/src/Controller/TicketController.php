<?php

namespace App\Controller;

use Symfony\Component\HttpFoundation\Response;

class TicketController
{
    public function health(): Response
    {
        return new Response('ok');
    }

    public function show(int $id): Response
    {
        $tickets = [1 => 'The printer is on fire'];
        if (!isset($tickets[$id])) {
            throw new \OutOfBoundsException("No ticket $id");
        }

        return new Response($tickets[$id]);
    }
}
