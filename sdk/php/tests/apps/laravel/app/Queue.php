<?php

namespace App;

use Illuminate\Contracts\Queue\Queue as Contract;
use Illuminate\Queue\Connectors\ConnectorInterface;
use Illuminate\Queue\Jobs\SyncJob;
use Illuminate\Queue\Queue as Base;

class Queue extends Base implements Contract, ConnectorInterface
{
    private array $jobs = [];

    public function connect(array $config)
    {
        return $this;
    }

    public function size($queue = null)
    {
        return count($this->jobs);
    }

    public function push($job, $data = '', $queue = null)
    {
        $this->jobs[] = $this->createPayload($job, 'default', $data);
    }

    public function pushRaw($payload, $queue = null, array $options = [])
    {
    }

    public function later($delay, $job, $data = '', $queue = null)
    {
    }

    public function pop($queue = null)
    {
        $next = array_shift($this->jobs);
        return $next === null ? null : new SyncJob($this->container, $next, 'memory', 'default');
    }
}
