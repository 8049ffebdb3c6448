<?php
$app = \Slim\Factory\AppFactory::create();
