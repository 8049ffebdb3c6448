package main

import "fmt"

func save() {
	defer func() { panic(fmt.Errorf("rollback failed")) }()
	panic("write failed")
}

func main() {
	defer func() { panic("shutdown\nfailed") }()
	save()
}
