package main

import (
	"net/http"

	"github.com/go-chi/chi/v5"
)

func main() {
	var router = chi.NewRouter()
	http.ListenAndServe(":3000", router)
}
