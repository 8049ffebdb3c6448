<?php
// One request for a room that has no prices yet.
require __DIR__ . '/src/autoload.php';

ini_set('log_errors', '1');
ini_set('error_log', 'php://stderr');
$app = new Booking\App(['attic' => new Booking\Room('Attic', [])]);
[$status] = $app->handle('attic', 2);
exit($status === 200 ? 0 : 1);
