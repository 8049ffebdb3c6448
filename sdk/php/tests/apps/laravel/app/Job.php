<?php

namespace App;

class Job
{
    public function fire($job, array $data): void
    {
        $job->delete();
        \Splat\set_tag('job', (string) $data['cart']);
        Cart::total($data['cart']);
    }
}
