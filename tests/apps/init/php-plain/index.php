<?php
require 'lib/prices.php';

echo price($_GET['item']);
