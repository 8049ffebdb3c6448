// Package failure reads errors and panics as the exceptions of a report (R3). It calls the app's own Error and Unwrap
// methods, so it guards itself.
package failure

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/asked"
	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/trace"
)

const (
	mostErrors = 200
	deepest    = 100
	// Code points of a message that are kept (rule X11: more than 100,000).
	mostMessage = 100_001
	unprintable = "[unprintable]"
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
	return (&reader{asked.New()}).add(nil, err, "surfaced", -1, 0)
}

// Logged is the link of a panic whose value was only printed.
func Logged(said string) []Link {
	made := Standing(false)
	if rest, isRuntime := strings.CutPrefix(said, "runtime error: "); isRuntime {
		made, said = Standing(true), rest
	}
	made[0].Message = bounded(strings.TrimSpace(said))
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
	read := &reader{asked.New()}
	said, ok := asked.Ask(read.asker, value, func() (made struct{ kind, message string }) {
		made.kind, made.message = trace.Thrown(value)
		made.message = bounded(made.message)
		return made
	})
	if !ok {
		said.kind, said.message = "panic", fmt.Sprintf("(%T)", value)
	}
	links := []Link{{Type: said.kind, Message: said.message, Parent: -1, Relation: "surfaced"}}
	err, isError := value.(error)
	if _, isRuntime := value.(runtime.Error); !isError || isRuntime { // its type says nothing more
		return links
	}
	return read.add(links, err, "cause", 0, 0)
}

type reader struct{ asker *asked.Asker }

// told is what the methods of one error say.
type told struct {
	message  string
	counters []uintptr
	one      error
	several  []error
}

func (r *reader) add(links []Link, err error, relation string, parent, depth int) []Link {
	if err == nil || len(links) >= mostErrors || depth > deepest {
		return links
	}
	own := len(links)
	found, ok := asked.Ask(r.asker, err, func() told {
		one, several := Unwrapped(err)
		return told{messageOf(err), counters(err), one, several}
	})
	if !ok {
		found.message = unprintable
	}
	links = append(links, Link{
		Type: TypeOf(err), Message: found.message, Relation: relation, Parent: parent, Counters: found.counters,
	})
	if found.one != nil {
		links = r.add(links, found.one, "cause", own, depth+1)
	}
	for _, each := range found.several {
		links = r.add(links, each, "member", own, depth+1)
	}
	return links
}

// TypeOf is the type as %T prints it.
func TypeOf(err any) string { return fmt.Sprintf("%T", err) }

// MessageOf is what an error says, whatever its method does; nil says nothing.
func MessageOf(err error) string {
	if said, ok := asked.Ask(asked.New(), err, func() string { return messageOf(err) }); ok {
		return said
	}
	return unprintable
}

func messageOf(err error) (said string) {
	defer func() {
		if recover() != nil {
			said = unprintable
		}
	}()
	if err == nil {
		return ""
	}
	return bounded(err.Error())
}

func bounded(message string) string { return text.Valid(text.First(message, mostMessage)) }

// Is is errors.Is, whatever the app's methods do, also where an error wraps itself.
func Is(err, target error) bool {
	same, _ := asked.Ask(asked.New(), err, func() (same bool) {
		defer func() { recover() }() // values that cannot be compared
		Walk(err, func(each error) bool {
			if reflect.TypeOf(target).Comparable() && each == target {
				same = true
			} else if knows, ok := each.(interface{ Is(error) bool }); ok && knows.Is(target) {
				same = true
			}
			return !same
		})
		return same
	})
	return same
}

// Walk goes over an error and what it wraps for as long as look is true, and not for ever.
func Walk(err error, look func(error) bool) {
	left := mostErrors
	var walk func(err error, depth int) bool
	walk = func(err error, depth int) bool {
		left--
		if err == nil || left < 0 || depth > deepest {
			return true
		}
		if !look(err) {
			return false
		}
		one, several := Unwrapped(err)
		for _, each := range append([]error{one}, several...) {
			if !walk(each, depth+1) {
				return false
			}
		}
		return true
	}
	walk(err, 0)
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
