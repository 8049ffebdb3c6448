package frameworks

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	splat "github.com/splat-heal/splat/sdk/go"
)

func init() { gin.SetMode(gin.ReleaseMode) }

func ginCrash(c *gin.Context) {
	var cart *struct{ total int }
	c.JSON(http.StatusOK, cart.total)
}

func ginFails(c *gin.Context) {
	c.Error(errors.New("no stock"))
	c.AbortWithStatus(http.StatusBadGateway)
}

// ginShop uses what it is given, in this order.
func ginShop(use ...gin.HandlerFunc) *gin.Engine {
	r := gin.New()
	r.Use(use...)
	r.GET("/carts/:id", ginCrash)
	r.GET("/fails/:id", ginFails)
	r.GET("/refused", func(c *gin.Context) { c.AbortWithError(http.StatusBadRequest, errors.New("not a number")) })
	r.GET("/told", func(c *gin.Context) {
		splat.From(c.Request.Context()).CaptureError(errors.New("told"))
		c.AbortWithStatus(http.StatusInternalServerError)
	})
	r.GET("/abort", func(*gin.Context) { panic(http.ErrAbortHandler) })
	r.GET("/fine", func(c *gin.Context) { c.String(http.StatusOK, "fine") })
	return r
}

func recovery(into io.Writer) gin.HandlerFunc { return gin.RecoveryWithWriter(into) }

func TestGinBehindRecovery(t *testing.T) {
	var bare, found logged
	without := ask(t, "GET", server(t, ginShop(recovery(&bare)))+"/carts/7")
	sink := started(t, splat.Options{})
	got := ask(t, "GET", server(t, ginShop(recovery(&found), splat.Gin))+"/carts/7")
	one := sink.only(t)
	one.expect(t, "runtime error", "invalid memory address or nil pointer dereference", "frameworks.ginCrash", "GET", "/carts/:id", "/carts/7")
	same(t, got, without)
	if one.Dependencies["github.com/gin-gonic/gin"] == "" || one.Mechanism.Type != "gin" {
		t.Errorf("%+v", one)
	}
	if !strings.Contains(found.String(), "panic recovered") || !strings.Contains(found.String(), "gin_test.go") {
		t.Error(found.String())
	}
}

func TestGinWithoutRecovery(t *testing.T) {
	found := listen(t)
	sink := started(t, splat.Options{})
	r := gin.New()
	r.Use(splat.Gin)
	r.GET("/carts/:id", ginCrash)
	if got := ask(t, "GET", server(t, r)+"/carts/7"); !got.Failed {
		t.Errorf("%+v", got)
	}
	sink.only(t).expect(t, "runtime error", "invalid memory address or nil pointer dereference", "frameworks.ginCrash", "GET", "/carts/:id", "/carts/7")
	if !strings.Contains(found.String(), "http: panic serving") {
		t.Error(found.String())
	}
}

func TestGinBeforeRecoveryTellsOfTheAnswerAtLeast(t *testing.T) {
	var bare, found logged
	without := ask(t, "GET", server(t, ginShop(recovery(&bare)))+"/carts/7")
	sink := started(t, splat.Options{})
	got := ask(t, "GET", server(t, ginShop(splat.Gin, recovery(&found)))+"/carts/7")
	one := sink.only(t)
	same(t, got, without)
	if one.Exceptions[0].Type != "Message" || one.Request.Route != "/carts/:id" || !strings.HasSuffix(one.crash(), "ginCrash") {
		t.Errorf("%+v", one)
	}
	if !strings.Contains(one.Exceptions[0].Message, "behind gin.Recovery()") {
		t.Error(one.Exceptions[0].Message)
	}
}

func TestGinErrorsThatHandlersLeave(t *testing.T) {
	sink := started(t, splat.Options{})
	url := server(t, ginShop(splat.Gin))
	if got := ask(t, "GET", url+"/fails/7"); got.Status != http.StatusBadGateway {
		t.Errorf("%+v", got)
	}
	sink.only(t).expect(t, "*errors.errorString", "no stock", "frameworks.ginFails", "GET", "/fails/:id", "/fails/7")
}

func TestGinAnErrorThatWasToldIsToldOnce(t *testing.T) {
	sink := started(t, splat.Options{})
	ask(t, "GET", server(t, ginShop(splat.Gin))+"/told")
	if one := sink.only(t); one.Exceptions[0].Message != "told" {
		t.Errorf("%+v", one)
	}
}

func TestGinWhatIsNoErrorIsNone(t *testing.T) {
	listen(t)
	sink := started(t, splat.Options{})
	url := server(t, ginShop(splat.Gin))
	for path, status := range map[string]int{"/refused": 400, "/abort": 0, "/fine": 200, "/missing": 404} {
		if got := ask(t, "GET", url+path); got.Status != status {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if made := sink.reports(t); len(made) != 0 {
		t.Errorf("%+v", made)
	}
}

func TestGinScopeIsKnownToItsContext(t *testing.T) {
	sink := started(t, splat.Options{})
	r := gin.New()
	r.Use(splat.Gin)
	r.GET("/", func(c *gin.Context) {
		splat.From(c).SetTag("cart", "7")
		splat.From(c).CaptureError(errors.New("x"))
	})
	ask(t, "GET", server(t, r)+"/")
	if one := sink.only(t); one.Tags["cart"] != "7" || one.Request.Path != "/" {
		t.Errorf("%+v", one)
	}
}

// same compares what a client sees.
func same(t *testing.T, got, without answer) {
	t.Helper()
	if got.Status != without.Status || got.Body != without.Body || len(got.Header) != len(without.Header) {
		t.Errorf("answered %+v, without Splat %+v", got, without)
	}
	for name := range without.Header {
		if got.Header.Get(name) != without.Header.Get(name) {
			t.Errorf("%s: %q, without Splat %q", name, got.Header.Get(name), without.Header.Get(name))
		}
	}
}
