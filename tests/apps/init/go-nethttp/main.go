package main

import (
	"fmt"
	"net/http"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, count(r.URL.Query()["n"]))
	})
	http.ListenAndServe(":8080", mux)
}
