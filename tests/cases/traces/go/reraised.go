package main

import "fmt"

func guard(run func()) {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Sprintf("guard: %v", r))
		}
	}()
	run()
}

func main() {
	guard(func() { var p *struct{ N int }; println(p.N) })
}
