package main

func write(m map[int]int, n int) {
	for {
		m[n]++
	}
}

func main() {
	m := map[int]int{}
	for n := range 4 {
		go write(m, n)
	}
	select {}
}
