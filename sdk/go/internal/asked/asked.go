// Package asked calls methods of the app's values, which may do anything: panic, end their goroutine, never return.
package asked

import (
	"reflect"
	"sync"
	"syscall"
	"time"
)

const (
	patience = 250 * time.Millisecond
	// So many questions to values of one type may be late: one that is never answered has a goroutine for ever.
	mostLate  = 2
	mostTypes = 100
)

var (
	lock sync.Mutex
	late = map[reflect.Type]int{}
)

// Asker asks all that belongs to one error, in patience together.
type Asker struct{ until time.Time }

// New begins to count the time with the first question that needs any.
func New() *Asker { return &Asker{} }

// Ask has work done, which calls methods of value. False when it panicked or did not return in time: what it does then is
// its own matter, so it must give all it has in its answer.
func Ask[T any](a *Asker, value any, work func() T) (answer T, ok bool) {
	if isHarmless(value, maxDepth) {
		return work(), true
	}
	now := time.Now()
	if a.until.IsZero() {
		a.until = now.Add(patience)
	}
	kind := reflect.TypeOf(value)
	if left := a.until.Sub(now); left > 0 && !isLate(kind) {
		return inTime(kind, left, work)
	}
	return answer, false
}

func inTime[T any](kind reflect.Type, left time.Duration, work func() T) (answer T, ok bool) {
	type result struct {
		answer T
		ok     bool
	}
	given := make(chan result, 1)
	go func() {
		var made result
		defer func() { // also where work ends its goroutine
			recover()
			given <- made
		}()
		made.answer = work()
		made.ok = true
	}()
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case made := <-given:
		return made.answer, made.ok
	case <-timer.C:
		count(kind, 1)
		go func() {
			<-given
			count(kind, -1)
		}()
		return answer, false
	}
}

func isLate(kind reflect.Type) bool {
	lock.Lock()
	defer lock.Unlock()
	return late[kind] >= mostLate || len(late) >= mostTypes
}

func count(kind reflect.Type, by int) {
	lock.Lock()
	defer lock.Unlock()
	if late[kind] += by; late[kind] <= 0 {
		delete(late, kind)
	}
}

const maxDepth = 20

// isHarmless says whether a value and what it wraps are the standard library's, whose methods do nothing else.
func isHarmless(value any, depth int) bool {
	if depth == 0 {
		return false
	}
	switch value.(type) {
	case nil, string, syscall.Errno:
		return true
	case error:
	default:
		return false
	}
	of := reflect.TypeOf(value)
	if of.Kind() != reflect.Pointer {
		return false
	}
	switch of.Elem().PkgPath() + "." + of.Elem().Name() {
	case "errors.errorString", "fmt.wrapError", "fmt.wrapErrors", "errors.joinError":
	default:
		return false
	}
	switch wrapping := value.(type) {
	case interface{ Unwrap() error }:
		return isHarmless(wrapping.Unwrap(), depth-1)
	case interface{ Unwrap() []error }:
		for _, each := range wrapping.Unwrap() {
			if !isHarmless(each, depth-1) {
				return false
			}
		}
	}
	return true
}
