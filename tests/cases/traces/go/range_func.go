package main

import "os"

func seq(yield func(int) bool) { for i := range 3 { if !yield(i) { return } } }

func main() {
	var list []int
	for i := range seq {
		func() { list[i+len(os.Args)] = 1 }()
	}
}
