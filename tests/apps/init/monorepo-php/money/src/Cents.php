<?php
namespace Acme\Money;

final class Cents
{
    public function __construct(private int $cents)
    {
        if ($cents < 0) {
            throw new \DomainException('Nothing costs less than nothing');
        }
    }

    public function __toString(): string
    {
        return sprintf('%.2f', $this->cents / 100);
    }
}
