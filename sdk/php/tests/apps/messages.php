<?php

// A worker of Symfony's messenger, whose messages fail.

use Splat\Symfony\Listener;
use Symfony\Component\DependencyInjection\Container;
use Symfony\Component\EventDispatcher\EventDispatcher;
use Symfony\Component\Messenger\Envelope;
use Symfony\Component\Messenger\EventListener\StopWorkerOnMessageLimitListener;
use Symfony\Component\Messenger\Handler\HandlersLocator;
use Symfony\Component\Messenger\MessageBus;
use Symfony\Component\Messenger\Middleware\HandleMessageMiddleware;
use Symfony\Component\Messenger\Transport\InMemoryTransport;
use Symfony\Component\Messenger\Worker;

require '/usr/share/php/Symfony/autoload.php';
require __DIR__ . '/start.php';

final class Mail
{
    public function __construct(public string $to)
    {
    }
}

function post(Mail $mail): void
{
    if ($mail->to === 'nobody') {
        throw new UnexpectedValueException("there is no $mail->to");
    }
}

$dispatcher = new EventDispatcher();
(new Listener(new Container()))->listen($dispatcher);
$dispatcher->addSubscriber(new StopWorkerOnMessageLimitListener(3));
$bus = new MessageBus([new HandleMessageMiddleware(new HandlersLocator([Mail::class => ['post']]))]);
$transport = new InMemoryTransport();
foreach (['me', 'nobody', 'nobody'] as $to) {
    $transport->send(new Envelope(new Mail($to)));
}
(new Worker(['mails' => $transport], $bus, $dispatcher))->run(['sleep' => 0]);
echo 'done';
