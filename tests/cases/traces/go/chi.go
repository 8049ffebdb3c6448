package main

import (
	"net/http"
	"net/http/httptest"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

func show(w http.ResponseWriter, r *http.Request) {
	var name *string
	w.Write([]byte(*name))
}

func main() {
	r := chi.NewRouter()
	r.Use(middleware.Recoverer)
	r.Get("/user", show)
	r.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/user", nil))
}
