<?php

namespace App;

use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

class FailCommand extends Command
{
    protected static $defaultName = 'app:fail';

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        return Shop::total(9);
    }
}
