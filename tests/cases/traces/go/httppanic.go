package main

import (
	"net/http"
	"net/http/httptest"
)

type server struct{ users map[string]*struct{ Name string } }

func (s *server) show(w http.ResponseWriter, r *http.Request) {
	w.Write([]byte(s.users[r.URL.Query().Get("id")].Name))
}

func main() {
	s := &server{}
	mux := http.NewServeMux()
	mux.HandleFunc("/user", s.show)
	live := httptest.NewServer(mux)
	http.Get(live.URL + "/user?id=7")
	live.Close()
}
