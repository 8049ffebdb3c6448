package main

import (
	"log"

	"github.com/acme/bank/internal/web"
)

func main() {
	if err := web.Router().Run(); err != nil {
		log.Fatal(err)
	}
}
