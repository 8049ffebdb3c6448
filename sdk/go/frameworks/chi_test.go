package frameworks

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	splat "github.com/splat-heal/splat/sdk/go"
)

func chiCrash(_ http.ResponseWriter, r *http.Request) {
	panic("no cart " + chi.URLParam(r, "id"))
}

func chiShop(use ...func(http.Handler) http.Handler) http.Handler {
	r := chi.NewRouter()
	r.Use(use...)
	r.Route("/shops/{shop}", func(r chi.Router) { r.Get("/carts/{id}", chiCrash) })
	r.Get("/abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	return r
}

func TestChi(t *testing.T) {
	listen(t)
	without := ask(t, "GET", server(t, chiShop())+"/shops/a/carts/7")
	for name, use := range map[string][]func(http.Handler) http.Handler{
		"alone":               {splat.Middleware},
		"before a middleware": {splat.Middleware, middleware.RequestID, middleware.Timeout(1e10)},
		"behind one":          {middleware.RequestID, splat.Middleware},
	} {
		t.Run(name, func(t *testing.T) {
			found := listen(t)
			sink := started(t, splat.Options{})
			same(t, ask(t, "GET", server(t, chiShop(use...))+"/shops/a/carts/7"), without)
			sink.only(t).expect(t, "panic", "no cart 7", "frameworks.chiCrash", "GET", "/shops/{shop}/carts/{id}", "/shops/a/carts/7")
			if !strings.Contains(found.String(), "http: panic serving") {
				t.Error(found.String())
			}
		})
	}
}

func TestChiBehindItsRecoverer(t *testing.T) {
	without := ask(t, "GET", server(t, chiShop(middleware.Recoverer))+"/shops/a/carts/7")
	sink := started(t, splat.Options{})
	url := server(t, chiShop(middleware.Recoverer, splat.Middleware))
	same(t, ask(t, "GET", url+"/shops/a/carts/7"), without)
	sink.only(t).expect(t, "panic", "no cart 7", "frameworks.chiCrash", "GET", "/shops/{shop}/carts/{id}", "/shops/a/carts/7")
	for _, path := range []string{"/abort", "/missing"} {
		ask(t, "GET", url+path)
	}
	sink.only(t)
}
