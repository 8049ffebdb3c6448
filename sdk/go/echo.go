package splat

import (
	"errors"
	"net/http"
	"reflect"
)

// Echo reports panics of echo's handlers, which go on, and errors that they return and that become a status of 500 or
// more. It works before and behind echo's own Recover: one that stands behind this hands panics on as errors.
//
//	e.Use(splat.Echo)
//
// C is echo.Context (*echo.Context from echo 5 on) and H echo.HandlerFunc, which this package knows by what they can do.
func Echo[C interface {
	Request() *http.Request
	SetRequest(*http.Request)
	Path() string
}, H ~func(C) error](next H) H {
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
		defer func() {
			if value := recover(); value != nil {
				visit.scope.capturePanic(value, "echo", false, false)
				again(value)
			}
		}()
		err := next(c)
		if err != nil && statusOf(err) >= http.StatusInternalServerError {
			visit.returned(err, "echo", handlerOf(reflect.ValueOf(c), running))
		}
		return err
	}
}

// statusOf is the status that echo answers an error with.
func statusOf(err error) (status int) {
	defer func() {
		if recover() != nil {
			status = http.StatusInternalServerError
		}
	}()
	var coded interface{ StatusCode() int }
	if errors.As(err, &coded) { // echo 5
		return coded.StatusCode()
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
