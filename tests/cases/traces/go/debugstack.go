package main

import (
	"log"
	"runtime/debug"
)

func handle() {
	defer func() {
		if r := recover(); r != nil {
			log.Printf("recovered: %v\n%s", r, debug.Stack())
		}
	}()
	var list []int
	_ = list[3]
}

func main() { handle() }
