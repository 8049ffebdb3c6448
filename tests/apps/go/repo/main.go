package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"example.com/warehouse/stock"
)

// main serves one request for an item that no shelf holds.
func main() {
	s := &stock.Stock{}
	s.Add(&stock.Shelf{Name: "A1", Counts: map[string]int{"cup": 3}})
	server := httptest.NewServer(s)
	answer, err := http.Get(server.URL + "/?item=plate")
	if err != nil {
		os.Exit(1)
	}
	fmt.Println(answer.Status)
}
