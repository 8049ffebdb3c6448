package main

func even(n int) bool { return n == 0 || odd(n-1) }

//go:noinline
func odd(n int) bool { return n != 0 && even(n-1) }

func main() { println(even(-1)) }
