package frameworks

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v5"
	"github.com/labstack/echo/v5/middleware"

	splat "github.com/splat-heal/splat/sdk/go"
)

var ours5 echo.MiddlewareFunc = splat.Echo

func echo5Crash(c *echo.Context) error {
	var carts []int
	return c.JSON(http.StatusOK, carts[len(c.Param("id"))])
}

func echo5Shop(use ...echo.MiddlewareFunc) *echo.Echo {
	e := echo.New()
	e.Use(use...)
	e.GET("/carts/:id", echo5Crash)
	e.GET("/fails/:id", func(*echo.Context) error { return errors.New("no stock") })
	e.GET("/refused", func(*echo.Context) error { return echo.NewHTTPError(http.StatusTeapot, "no") })
	return e
}

func TestEcho5(t *testing.T) {
	listen(t)
	for name, use := range map[string][]echo.MiddlewareFunc{
		"behind Recover": {middleware.Recover(), ours5},
		"before Recover": {ours5, middleware.Recover()},
		"alone":          {ours5},
	} {
		t.Run(name, func(t *testing.T) {
			bare := echo5Shop(use[:len(use)-1]...)
			if strings.HasPrefix(name, "before") {
				bare = echo5Shop(use[1:]...)
			}
			without := ask(t, "GET", server(t, bare)+"/carts/7")
			sink := started(t, splat.Options{})
			url := server(t, echo5Shop(use...))
			same(t, ask(t, "GET", url+"/carts/7"), without)
			sink.only(t).expect(t, "runtime error", "index out of range [1] with length 0", "frameworks.echo5Crash", "GET", "/carts/:id", "/carts/7")
			if got := ask(t, "GET", url+"/refused"); got.Status != http.StatusTeapot {
				t.Errorf("%+v", got)
			}
			sink.only(t)
			ask(t, "GET", url+"/fails/7")
			if made := sink.reports(t); len(made) != 2 || made[1].Exceptions[0].Message != "no stock" {
				t.Errorf("%+v", made)
			}
		})
	}
}
