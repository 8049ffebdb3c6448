package main

import (
	"fmt"
	"os"
)

type Kind int

func (k Kind) String() string { return fmt.Sprint("kind ", int(k)) }

func main() {
	defer fmt.Fprintln(os.Stderr, "deferred")
	var v any = Kind(3)
	_ = v.(fmt.GoStringer)
}
