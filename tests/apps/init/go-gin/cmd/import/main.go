package main

func main() { println("imports") }
