package main

import (
	"fmt"
	"net/http"
	"os"
	"time"

	"example.org/lib"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /halves/{n}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, lib.Two/(len(r.PathValue("n"))-1))
	})
	srv := &http.Server{
		Addr:              ":" + os.Getenv("PORT"),
		Handler:           mux,
		ReadHeaderTimeout: time.Minute,
	}
	srv.ListenAndServe()
}
