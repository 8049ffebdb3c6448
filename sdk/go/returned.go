package splat

import (
	"context"
	"reflect"
	"runtime"

	"github.com/splat-heal/splat/sdk/go/internal/failure"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/warn"
)

// returned reports an error that a handler gave to its framework. Its place is the handler, where it carries no stack.
func (v *visit) returned(err error, mechanism string, place []values.Frame) {
	if err == nil || failure.Is(err, context.Canceled) && v.outer.Context().Err() != nil { // who asked is gone
		return
	}
	v.client.captureError(err, caught{scope: v.scope, place: place, mechanism: mechanism})
}

// silent reports an answer of 500 that nothing says anything about.
func (v *visit) silent(mechanism string, place []values.Frame) {
	v.scope.lock.Lock()
	known := len(v.scope.seen) > 0
	v.scope.lock.Unlock()
	if known {
		return
	}
	const text = "answered with status 500, and no error was left. A panic that was caught behind Splat is not seen: " +
		"put r.Use(splat.Gin) behind gin.Recovery()"
	warn.Say("silent "+mechanism, "a request was "+text)
	v.client.captureMessage(text, caught{scope: v.scope, place: place, mechanism: mechanism, level: "error"})
}

// handlerOf is the function that a framework's context says it runs, as the only frame: where an error was returned.
func handlerOf(c reflect.Value, running *client) (found []values.Frame) {
	found = []values.Frame{} // not the stack of the framework, which says nothing
	defer quietly()
	handler := answerOf(c, "Handler")
	if handler.Kind() != reflect.Func || handler.IsNil() {
		return found
	}
	function := runtime.FuncForPC(handler.Pointer())
	if function == nil {
		return found
	}
	file, line := function.FileLine(handler.Pointer())
	return []values.Frame{{
		Path: file, Line: line, Function: function.Name(), InApp: running.frames.InApp(file),
	}}
}

// answerOf calls a method without arguments that has one result.
func answerOf(of reflect.Value, name string) reflect.Value {
	for of.Kind() == reflect.Interface {
		of = of.Elem()
	}
	var method reflect.Value
	switch name { // by constant names, so that the linker may drop other methods
	case "Handler":
		method = of.MethodByName("Handler")
	case "Echo":
		method = of.MethodByName("Echo")
	case "Routes":
		method = of.MethodByName("Routes")
	}
	if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 {
		return reflect.Value{}
	}
	return method.Call(nil)[0]
}

// quietly, deferred, keeps a failure of ours from the app.
func quietly() {
	if failed := recover(); failed != nil {
		warn.Debug("not read: %T", failed)
	}
}
