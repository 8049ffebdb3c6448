<?php

class ApiTest extends \PHPUnit\Framework\TestCase
{
}
