<?php
function price(string $item): int
{
    return ['pen' => 2][$item];
}
