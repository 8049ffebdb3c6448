package main

import "github.com/acme/bank/internal/web"

func main() { web.Router().Run() }
