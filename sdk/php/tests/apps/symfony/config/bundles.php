<?php

return array_filter([
    Symfony\Bundle\FrameworkBundle\FrameworkBundle::class => ['all' => true],
    Splat\Symfony\SplatBundle::class => splat_or_not() ? ['all' => true] : null,
]);
