package frameworks

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	splat "github.com/splat-heal/splat/sdk/go"
)

// A function with parameters of its own is known for what it is where a variable says so, or a call.
var ours4 echo.MiddlewareFunc = splat.Echo

func echoCrash(c echo.Context) error {
	var carts []int
	return c.JSON(http.StatusOK, carts[len(c.Param("id"))])
}

func echoFails(echo.Context) error { return errors.New("no stock") }

func echoShop(into *logged, use ...echo.MiddlewareFunc) *echo.Echo {
	e := echo.New()
	e.Logger.SetOutput(into)
	e.Use(use...)
	e.GET("/carts/:id", echoCrash)
	e.GET("/fails/:id", echoFails)
	e.GET("/refused", func(echo.Context) error { return echo.NewHTTPError(http.StatusTeapot, "no") })
	e.GET("/wrapped", func(echo.Context) error {
		return echo.NewHTTPError(http.StatusServiceUnavailable).SetInternal(errors.New("the bank is closed"))
	})
	e.GET("/abort", func(echo.Context) error { panic(http.ErrAbortHandler) })
	return e
}

func TestEchoAndItsRecover(t *testing.T) {
	const message = "index out of range [1] with length 0"
	for name, use := range map[string]func(recover_ echo.MiddlewareFunc) []echo.MiddlewareFunc{
		"behind": func(r echo.MiddlewareFunc) []echo.MiddlewareFunc { return []echo.MiddlewareFunc{r, ours4} },
		"before": func(r echo.MiddlewareFunc) []echo.MiddlewareFunc { return []echo.MiddlewareFunc{ours4, r} },
	} {
		t.Run(name, func(t *testing.T) {
			var bare, found logged
			without := ask(t, "GET", server(t, echoShop(&bare, middleware.Recover()))+"/carts/7")
			sink := started(t, splat.Options{})
			got := ask(t, "GET", server(t, echoShop(&found, use(middleware.Recover())...))+"/carts/7")
			same(t, got, without)
			if got.Status != http.StatusInternalServerError || !strings.Contains(found.String(), "PANIC RECOVER") {
				t.Errorf("%+v %s", got, found.String())
			}
			said := message
			if name == "before" { // the value is echo's by then
				said = "what it said is known only to who recovered it"
			}
			sink.only(t).expect(t, "runtime error", said, "frameworks.echoCrash", "GET", "/carts/:id", "/carts/7")
		})
	}
}

func TestEchoBothOrdersGiveOneSignature(t *testing.T) {
	var made []string
	for _, use := range [][]echo.MiddlewareFunc{{middleware.Recover(), ours4}, {ours4, middleware.Recover()}} {
		sink := started(t, splat.Options{})
		ask(t, "GET", server(t, echoShop(&logged{}, use...))+"/carts/7")
		made = append(made, sink.only(t).Signature)
	}
	if made[0] != made[1] {
		t.Error(made)
	}
}

func TestEchoWithoutRecover(t *testing.T) {
	listen(t)
	sink := started(t, splat.Options{})
	if got := ask(t, "GET", server(t, echoShop(&logged{}, splat.Echo))+"/carts/7"); !got.Failed {
		t.Errorf("%+v", got)
	}
	sink.only(t).expect(t, "runtime error", "index out of range [1] with length 0", "frameworks.echoCrash", "GET", "/carts/:id", "/carts/7")
}

func TestEchoErrorsThatHandlersReturn(t *testing.T) {
	sink := started(t, splat.Options{})
	url := server(t, echoShop(&logged{}, splat.Echo))
	without := ask(t, "GET", server(t, echoShop(&logged{}))+"/fails/7")
	same(t, ask(t, "GET", url+"/fails/7"), without)
	one := sink.only(t)
	if one.Exceptions[0].Message != "no stock" || one.Request.Route != "/fails/:id" {
		t.Errorf("%+v", one)
	}
	if !strings.HasSuffix(one.crash(), "frameworks.echoFails") {
		t.Errorf("%+v", one.Exceptions)
	}
}

func TestEchoStatusDecides(t *testing.T) {
	listen(t)
	sink := started(t, splat.Options{})
	url := server(t, echoShop(&logged{}, splat.Echo))
	for path, status := range map[string]int{"/refused": 418, "/missing": 404, "/abort": 0, "/wrapped": 503} {
		if got := ask(t, "GET", url+path); got.Status != status {
			t.Errorf("%s: %+v", path, got)
		}
	}
	one := sink.only(t)
	if len(one.Exceptions) != 2 || one.Exceptions[1].Message != "the bank is closed" {
		t.Errorf("%+v", one)
	}
}
