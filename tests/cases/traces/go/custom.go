package main

type PriceError struct {
	SKU  string
	Cost int
}

func charge() { panic(PriceError{"a-1", 3}) }

func main() { charge() }
