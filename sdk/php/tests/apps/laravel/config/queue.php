<?php

return ['default' => 'memory', 'connections' => ['memory' => ['driver' => 'memory']], 'failed' => ['driver' => 'null']];
