package stock

import (
	"fmt"
	"net/http"
)

// ServeHTTP answers /?item=x with the shelf's name.
func (s *Stock) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, err := s.Where(r.URL.Query().Get("item"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	fmt.Fprint(w, name)
}

// Recovering turns a panic of a handler into a 500.
func Recovering(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if value := recover(); value != nil {
				http.Error(w, "broken", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
