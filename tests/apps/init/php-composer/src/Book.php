<?php

namespace Quotes;

class Book
{
    private const LINES = ['Call me Ishmael.'];

    public function line(int $number): string
    {
        if (!isset(self::LINES[$number])) {
            throw new \OutOfRangeException("There is no line $number");
        }

        return self::LINES[$number];
    }
}
