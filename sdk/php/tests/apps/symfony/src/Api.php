<?php

namespace App;

use Symfony\Component\EventDispatcher\EventSubscriberInterface;
use Symfony\Component\HttpFoundation\JsonResponse;
use Symfony\Component\HttpKernel\Event\ExceptionEvent;

/** The app's own answers: a form that is filled in wrongly is 422, and an API speaks JSON. */
class Api implements EventSubscriberInterface
{
    public static function getSubscribedEvents(): array
    {
        return ['kernel.exception' => ['answer', 100]];
    }

    public function answer(ExceptionEvent $event): void
    {
        if ($event->getThrowable() instanceof \LengthException) {
            $event->setResponse(new JsonResponse(['error' => 'too long'], 422));
        } elseif (str_starts_with($event->getRequest()->getPathInfo(), '/api/')) {
            $event->setResponse(new JsonResponse(['error' => 'sorry'], 500));
        }
    }
}
