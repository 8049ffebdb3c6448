<?php

class PriceTest extends \PHPUnit\Framework\TestCase
{
}
