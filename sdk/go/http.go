package splat

import "net/http"

// Handler reports the panics of a handler with their request, and lets them go on: the server answers and logs as it
// would without. The ResponseWriter is handed on as it is.
//
//	srv.Handler = splat.Handler(srv.Handler)
func Handler(next http.Handler) http.Handler {
	if next == nil {
		next = http.DefaultServeMux // what a server with no handler uses
	}
	return &handler{next}
}

// Middleware is Handler under the name of what routers take.
//
//	r.Use(splat.Middleware) // chi
func Middleware(next http.Handler) http.Handler { return Handler(next) }

// handler has a method rather than being a function: that could be inlined into the app's, and be taken for the app's.
type handler struct{ next http.Handler }

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	running := current.Load()
	if running == nil {
		h.next.ServeHTTP(w, r)
		return
	}
	visit := running.enter(r)
	defer visit.leave()
	defer visit.recovers("http")
	h.next.ServeHTTP(w, visit.inner)
}

// recovers, deferred, reports a panic and lets it go on.
func (v *visit) recovers(mechanism string) {
	if value := recover(); value != nil {
		v.scope.capturePanic(value, mechanism, false, false)
		again(value)
	}
}
