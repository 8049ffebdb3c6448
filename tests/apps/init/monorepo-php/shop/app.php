<?php
$app = new \Slim\App();
