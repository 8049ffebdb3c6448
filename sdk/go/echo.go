package splat

import (
	"net/http"
	"reflect"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/failure"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// Echo reports panics of echo's handlers, which go on, and errors that they return and that become a status of 500 or
// more. It works behind echo's own Recover and before it.
//
//	e.Use(splat.Echo)
//
// C is echo.Context (*echo.Context from echo 5 on), R what it answers with, and H echo.HandlerFunc, which this package
// knows by what they can do.
//
//go:noinline
func Echo[C interface {
	Request() *http.Request
	SetRequest(*http.Request)
	Path() string
	Response() R
}, R any, H ~func(C) error](next H) H {
	return func(c C) error {
		running := current.Load()
		request := c.Request()
		if running == nil || request == nil {
			return next(c)
		}
		visit := running.enter(request)
		visit.route = c.Path()
		c.SetRequest(visit.inner)
		defer visit.leave()
		if answer, ok := any(c.Response()).(interface{ Before(func()) }); ok { // echo 4
			answer.Before(func() { visit.answers(answer) })
		}
		defer visit.recovers("echo")
		err := next(c)
		if err != nil && statusOf(err) >= http.StatusInternalServerError {
			visit.failed(err, echoHandler(reflect.ValueOf(c), request.Method, c.Path()))
		}
		return err
	}
}

// answers comes before the head of the answer is written. The Recover of echo 4 that stands behind us writes it while the
// panic's stack still stands, and then says that all is well.
func (v *visit) answers(answer any) {
	defer quietly()
	status := reflect.ValueOf(answer).Elem().FieldByName("Status")
	if status.CanInt() && status.Int() >= http.StatusInternalServerError {
		v.scope.captureStanding("echo")
	}
}

// failed reports an error that a handler returned. The Recover of echo 5 that stands behind us makes one of a panic, with
// the printed stack.
func (v *visit) failed(err error, place []values.Frame) {
	if text := printedStack(err); text != "" && v.client.printed(text, "echo", v.scope) {
		return
	}
	v.returned(err, "echo", place)
}

// echoHandler is the function of a route by its name, which is all that echo tells of it.
func echoHandler(c reflect.Value, method, path string) (found []values.Frame) {
	found = []values.Frame{}
	defer quietly()
	routes := answerOf(answerOf(c, "Echo"), "Routes")
	if routes.Kind() != reflect.Slice {
		return found
	}
	for index := 0; index < routes.Len(); index++ {
		route := reflect.Indirect(routes.Index(index))
		if route.FieldByName("Method").String() != method || route.FieldByName("Path").String() != path {
			continue
		}
		if name := route.FieldByName("Name").String(); strings.Contains(name, ".") { // else the user's own
			return []values.Frame{{Function: name}}
		}
	}
	return found
}

// printedStack is that of an error that echo 5 made of a panic.
func printedStack(err error) (text string) {
	defer quietly()
	failure.Walk(err, func(each error) bool {
		of := reflect.ValueOf(each)
		if of.Kind() != reflect.Pointer || of.Type().Elem().Name() != "PanicStackError" {
			return true
		}
		if stack, ok := of.Elem().FieldByName("Stack").Interface().([]byte); ok {
			inner, _ := failure.Unwrapped(each)
			text = "panic: " + failure.MessageOf(inner) + "\n\n" + string(stack)
		}
		return text == ""
	})
	return text
}

// statusOf is the status that echo answers an error with.
func statusOf(err error) (status int) {
	defer func() {
		if recover() != nil {
			status = http.StatusInternalServerError
		}
	}()
	failure.Walk(err, func(each error) bool { // echo 5
		coded, ok := each.(interface{ StatusCode() int })
		if ok {
			status = coded.StatusCode()
		}
		return !ok
	})
	if status != 0 {
		return status
	}
	// echo 4 looks at the error itself.
	of := reflect.ValueOf(err)
	if of.Kind() == reflect.Pointer && of.Elem().Kind() == reflect.Struct && of.Type().Elem().Name() == "HTTPError" {
		if code := of.Elem().FieldByName("Code"); code.CanInt() {
			return int(code.Int())
		}
	}
	return http.StatusInternalServerError
}
