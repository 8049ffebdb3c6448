package main

import "example.com/shop/cart"

func main() {
	c := cart.Cart{Items: []cart.Item{{Quantity: 2}}}
	println(c.Total())
}
