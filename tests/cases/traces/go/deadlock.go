package main

import "sync"

func wait(ch chan int) int { return <-ch }

func main() {
	var group sync.WaitGroup
	group.Add(1)
	go func() { group.Wait() }()
	println(wait(make(chan int)))
}
