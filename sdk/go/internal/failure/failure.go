// Package failure reads errors and panics as the exceptions of a report (R3). It calls the app's own Error and Unwrap
// methods, so it guards itself.
package failure

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/trace"
)

const (
	mostErrors = 200
	deepest    = 100
	// Code points of a message that are kept (rule X11: more than 100,000).
	mostMessage = 100_001
)

// Link is one error of a chain. Counters are of the stack it carries, nil when it carries none.
type Link struct {
	Type     string
	Message  string
	Relation string
	Parent   int
	Counters []uintptr
}

// Links are the error and all it wraps, depth first.
func Links(err error) []Link {
	return add(nil, err, "surfaced", -1, 0)
}

// Logged is the link of a panic whose value was only printed.
func Logged(said string) []Link {
	made := Standing(false)
	if rest, isRuntime := strings.CutPrefix(said, "runtime error: "); isRuntime {
		made, said = Standing(true), rest
	}
	made[0].Message = text.First(text.Valid(strings.TrimSpace(said)), mostMessage)
	return made
}

// Standing is the link of a panic whose value is not known: something else recovered it, or will.
func Standing(isRuntime bool) []Link {
	kind := "panic"
	if isRuntime {
		kind = "runtime error"
	}
	return []Link{{Type: kind, Message: "what it said is known only to who recovered it", Parent: -1, Relation: "surfaced"}}
}

// Thrown are the links of what was given to panic: the panic itself, and the error it was when it was one.
func Thrown(value any) []Link {
	kind, message := trace.Thrown(value)
	links := []Link{{Type: kind, Message: text.First(text.Valid(message), mostMessage), Parent: -1, Relation: "surfaced"}}
	err, isError := value.(error)
	if _, isRuntime := value.(runtime.Error); !isError || isRuntime { // its type says nothing more
		return links
	}
	return add(links, err, "cause", 0, 0)
}

func add(links []Link, err error, relation string, parent, depth int) []Link {
	if err == nil || len(links) >= mostErrors || depth > deepest {
		return links
	}
	own := len(links)
	links = append(links, Link{
		Type: TypeOf(err), Message: MessageOf(err), Relation: relation, Parent: parent, Counters: counters(err),
	})
	one, several := Unwrapped(err)
	if one != nil {
		links = add(links, one, "cause", own, depth+1)
	}
	for _, each := range several {
		links = add(links, each, "member", own, depth+1)
	}
	return links
}

// TypeOf is the type as %T prints it.
func TypeOf(err any) string { return fmt.Sprintf("%T", err) }

// MessageOf is what an error says; it never panics, and nil says nothing.
func MessageOf(err error) (told string) {
	defer func() {
		if recover() != nil {
			told = "[unprintable]"
		}
	}()
	if err == nil {
		return ""
	}
	return text.First(text.Valid(err.Error()), mostMessage)
}

// Unwrapped is what an error wraps, by the methods that package errors knows.
func Unwrapped(err error) (one error, several []error) {
	defer func() {
		if recover() != nil {
			one, several = nil, nil
		}
	}()
	switch wrapping := err.(type) {
	case interface{ Unwrap() error }:
		one = wrapping.Unwrap()
	case interface{ Unwrap() []error }:
		several = wrapping.Unwrap()
	case interface{ Cause() error }: // pkg/errors, before Go had Unwrap
		one = wrapping.Cause()
	}
	return one, several
}

// counters are those of the stack that an error carries, in the forms that libraries have for it.
func counters(err error) (found []uintptr) {
	defer func() {
		if recover() != nil {
			found = nil
		}
	}()
	switch carrying := err.(type) {
	case interface{ Callers() []uintptr }: // go-errors
		found = carrying.Callers()
	case interface{ StackFrames() []uintptr }: // eris
		found = carrying.StackFrames()
	case interface{ StackTrace() []uintptr }:
		found = carrying.StackTrace()
	default:
		found = traced(err)
	}
	return found
}

// traced asks for the StackTrace of pkg/errors and of those that follow it: a slice of a type of theirs that is a
// program counter. Its name cannot be written here without importing it.
func traced(err error) []uintptr {
	method := reflect.ValueOf(err).MethodByName("StackTrace")
	if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() != 1 {
		return nil
	}
	result := method.Type().Out(0)
	if result.Kind() != reflect.Slice || result.Elem().Kind() != reflect.Uintptr {
		return nil
	}
	trace := method.Call(nil)[0]
	made := make([]uintptr, trace.Len())
	for index := range made {
		made[index] = uintptr(trace.Index(index).Uint())
	}
	return made
}
