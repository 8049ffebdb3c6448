package main

import (
	"fmt"
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

var rooms = map[string]*struct{ talks int }{"lobby": {}}

func main() {
	var router = chi.NewRouter()
	router.Use(middleware.RequestID, middleware.Recoverer)
	router.Get("/rooms/{room}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, rooms[chi.URLParam(r, "room")].talks)
	})
	http.ListenAndServe(":"+os.Getenv("PORT"), router)
}
