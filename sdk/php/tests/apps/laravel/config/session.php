<?php

return ['driver' => 'array', 'lifetime' => 1, 'expire_on_close' => true, 'cookie' => 'none', 'path' => '/', 'domain' => null];
