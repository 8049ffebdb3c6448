package main

func guard(run func()) {
	defer func() {
		if r := recover(); r != nil {
			panic(r)
		}
	}()
	run()
}

func main() {
	guard(func() { var m map[string]int; m["a"] = 1 })
}
