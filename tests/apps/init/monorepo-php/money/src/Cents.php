<?php
namespace Acme\Money;

final class Cents
{
}
