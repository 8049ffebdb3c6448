package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, count(r.URL.Query()["n"]))
	})
	http.ListenAndServe(":"+os.Getenv("PORT"), mux)
}
