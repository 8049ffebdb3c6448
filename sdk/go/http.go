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
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		running := current.Load()
		if running == nil {
			next.ServeHTTP(w, r)
			return
		}
		visit := running.enter(r)
		defer visit.leave()
		defer func() {
			if value := recover(); value != nil {
				visit.scope.capturePanic(value, "http", false, false)
				again(value)
			}
		}()
		next.ServeHTTP(w, visit.inner)
	})
}

// Middleware is Handler under the name of what routers take.
//
//	r.Use(splat.Middleware) // chi
func Middleware(next http.Handler) http.Handler { return Handler(next) }
