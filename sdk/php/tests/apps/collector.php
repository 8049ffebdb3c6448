<?php

// Takes what the transport `http` posts, slowly.

sleep(1);
file_put_contents(getenv('COLLECTED'), file_get_contents('php://input') . "\n", FILE_APPEND | LOCK_EX);
http_response_code(202);
