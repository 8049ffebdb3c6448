package main

import (
	"strconv"
	"sync"
)

type Job struct{ ID string }

func (j Job) number() int {
	n, err := strconv.Atoi(j.ID)
	if err != nil {
		panic(err)
	}
	return n
}

func worker(jobs <-chan Job, done *sync.WaitGroup) {
	defer done.Done()
	for job := range jobs {
		println(job.number())
	}
}

func main() {
	jobs := make(chan Job, 2)
	var done sync.WaitGroup
	for range 2 {
		done.Add(1)
		go worker(jobs, &done)
	}
	jobs <- Job{"seven"}
	done.Wait()
}
