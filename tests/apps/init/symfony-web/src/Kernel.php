<?php

namespace App;

class Kernel extends \Symfony\Component\HttpKernel\Kernel
{
}
