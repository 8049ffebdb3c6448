<?php

// Takes what the transport `http` posts, once it is told to.

for ($left = 500; $left > 0 && !is_file(getenv('COLLECTED') . '.go'); $left--) {
    usleep(20_000);
}
file_put_contents(getenv('COLLECTED'), file_get_contents('php://input') . "\n", FILE_APPEND | LOCK_EX);
http_response_code(202);
