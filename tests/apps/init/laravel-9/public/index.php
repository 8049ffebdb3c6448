<?php

$app = require_once __DIR__.'/../bootstrap/app.php';
