//go:build go1.23

package splat

import (
	"net/http"
	"strings"
)

// muxRoute is the pattern that net/http's mux found, without its method and host.
func muxRoute(r *http.Request) string {
	if at := strings.Index(r.Pattern, "/"); at >= 0 {
		return r.Pattern[at:]
	}
	return ""
}

// giveBackRoute copies what a mux tells of the route.
func giveBackRoute(outer, inner *http.Request) {
	if inner.Pattern == outer.Pattern {
		return
	}
	outer.Pattern = inner.Pattern
	rest := inner.Pattern
	for {
		from := strings.Index(rest, "{")
		to := strings.Index(rest, "}")
		if from < 0 || to < from {
			return
		}
		name := strings.TrimSuffix(rest[from+1:to], "...")
		if name != "$" && name != "" {
			outer.SetPathValue(name, inner.PathValue(name))
		}
		rest = rest[to+1:]
	}
}
