package splat

import (
	"net/http"
	"reflect"

	"github.com/splat-heal/splat/sdk/go/internal/failure"
)

// Gin reports panics of gin's handlers, and errors that they leave on a context that is answered with a status of 500 or
// more. Panics go on. Put it behind gin.Recovery, which gin.Default has: one that stands behind this catches panics first.
//
//	r := gin.Default()
//	r.Use(splat.Gin)
//
// C is *gin.Context, which this package knows by what it can do.
func Gin[C interface {
	Next()
	FullPath() string
	IsAborted() bool
}](c C) {
	running := current.Load()
	request := ginRequest(c)
	if running == nil || request == nil || *request == nil {
		c.Next()
		return
	}
	visit := running.enter(*request)
	visit.route = c.FullPath()
	*request = visit.inner
	defer visit.leave()
	defer visit.recovers("gin")
	c.Next()
	visit.ginAnswered(reflect.ValueOf(c), c.IsAborted())
}

// ginRequest is the place of the request in gin's context, which has no method for it.
func ginRequest(c any) **http.Request {
	of := reflect.ValueOf(c)
	if of.Kind() != reflect.Pointer || of.Elem().Kind() != reflect.Struct {
		return nil
	}
	field := of.Elem().FieldByName("Request")
	if !field.IsValid() || !field.CanAddr() || !field.CanInterface() {
		return nil
	}
	place, _ := field.Addr().Interface().(**http.Request)
	return place
}

// ginAnswered reports what a handler left of its failure.
func (v *visit) ginAnswered(c reflect.Value, aborted bool) {
	defer quietly()
	writer, ok := c.Elem().FieldByName("Writer").Interface().(interface {
		Status() int
		Size() int
	})
	if !ok || writer.Status() < http.StatusInternalServerError {
		return
	}
	place := handlerOf(c, v.client)
	left := c.Elem().FieldByName("Errors")
	if left.Len() == 0 {
		if aborted && writer.Status() == http.StatusInternalServerError && writer.Size() <= 0 {
			v.silent("gin", place)
		}
		return
	}
	err, _ := left.Index(left.Len() - 1).Interface().(error)
	// gin's own error says nothing but where it was put.
	if inner, _ := failure.Unwrapped(err); inner != nil {
		err = inner
	}
	v.returned(err, "gin", place)
}
