<?php

namespace App;

use Symfony\Bundle\FrameworkBundle\Kernel\MicroKernelTrait;
use Symfony\Component\DependencyInjection\ContainerBuilder;
use Symfony\Component\HttpKernel\Fragment\FragmentHandler;
use Symfony\Component\HttpKernel\Kernel as BaseKernel;
use Symfony\Component\Routing\Loader\Configurator\RoutingConfigurator;
use Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator;

class Kernel extends BaseKernel
{
    use MicroKernelTrait;

    protected function configureContainer(ContainerConfigurator $container): void
    {
        $container->extension('framework', [
            'secret' => 'none',
            'http_method_override' => false,
            'php_errors' => ['log' => false],
            'router' => ['utf8' => true],
            'fragments' => true,
        ]);
        $container->services()->set(Shop::class)->public()->autowire()->autoconfigure()
            ->tag('controller.service_arguments');
        $container->services()->alias(FragmentHandler::class, 'fragment.handler');
        $container->services()->set(FailCommand::class)->autoconfigure();
        $container->services()->set(Api::class)->autoconfigure();
    }

    protected function configureRoutes(RoutingConfigurator $routes): void
    {
        $routes->add('home', '/')->controller([Shop::class, 'home']);
        $routes->add('cart', '/carts/{id}')->controller([Shop::class, 'cart']);
        $routes->add('typed', '/typed')->controller([Shop::class, 'typed']);
        $routes->add('fatal', '/fatal')->controller([Shop::class, 'fatal']);
        $routes->add('stream', '/stream')->controller([Shop::class, 'stream']);
        $routes->add('part', '/part')->controller([Shop::class, 'part']);
        $routes->add('form', '/form')->controller([Shop::class, 'form']);
        $routes->add('forbidden', '/forbidden')->controller([Shop::class, 'forbidden']);
        $routes->add('api', '/api/{id}')->controller([Shop::class, 'cart']);
    }

    public function getCacheDir(): string
    {
        return getenv('APP_STORAGE') . '/cache/' . $this->environment;
    }

    public function getLogDir(): string
    {
        return getenv('APP_STORAGE') . '/log';
    }
}
