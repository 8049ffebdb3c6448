package failure_test

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"strings"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/failure"
)

type traced struct{ counters []uintptr }

func (*traced) Error() string { return "traced" }

type counter uintptr

// StackTrace has a type of its own, as that of pkg/errors.
func (t *traced) StackTrace() []counter {
	made := make([]counter, len(t.counters))
	for index, each := range t.counters {
		made[index] = counter(each)
	}
	return made
}

type hostile struct{}

func (hostile) Error() string { panic("no") }
func (hostile) Unwrap() error { panic("no") }

type selfish struct{}

func (s selfish) Error() string { return "me" }
func (s selfish) Unwrap() error { return s }

type odd struct{}

func (odd) Error() string            { return "odd" }
func (odd) StackTrace(int) []uintptr { return nil }

func told(links []failure.Link) string {
	made := ""
	for _, each := range links {
		made += fmt.Sprintf("%s %d %s: %s\n", each.Relation, each.Parent, each.Type, each.Message)
	}
	return made
}

func TestLinks(t *testing.T) {
	path := &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}
	for name, each := range map[string]struct {
		err      error
		expected string
	}{
		"alone": {errors.New("a"), "surfaced -1 *errors.errorString: a\n"},
		"wrapped": {fmt.Errorf("cart: %w", path), "surfaced -1 *fmt.wrapError: cart: open /x: file does not exist\n" +
			"cause 0 *fs.PathError: open /x: file does not exist\ncause 1 *errors.errorString: file does not exist\n"},
		"joined": {errors.Join(errors.New("a"), fmt.Errorf("b: %w", errors.New("c"))),
			"surfaced -1 *errors.joinError: a\nb: c\nmember 0 *errors.errorString: a\n" +
				"member 0 *fmt.wrapError: b: c\ncause 2 *errors.errorString: c\n"},
		"hostile": {hostile{}, "surfaced -1 failure_test.hostile: [unprintable]\n"},
		"bytes":   {errors.New("a\xffb"), "surfaced -1 *errors.errorString: a\ufffdb\n"},
		"odd":     {odd{}, "surfaced -1 failure_test.odd: odd\n"},
	} {
		if got := told(failure.Links(each.err)); got != each.expected {
			t.Errorf("%s:\n%s\nnot\n%s", name, got, each.expected)
		}
	}
	if links := failure.Links(selfish{}); len(links) > 200 {
		t.Errorf("%d links", len(links))
	}
	var none *fs.PathError
	if links := failure.Links(none); links[0].Message != "[unprintable]" {
		t.Errorf("%+v", links)
	}
}

func TestAStackThatAnErrorCarries(t *testing.T) {
	counters := make([]uintptr, 10)
	counters = counters[:runtime.Callers(1, counters)]
	links := failure.Links(fmt.Errorf("x: %w", &traced{counters}))
	if links[0].Counters != nil || len(links[1].Counters) != len(counters) || links[1].Counters[0] != counters[0] {
		t.Errorf("%+v", links)
	}
}

type status int

func (s status) String() string { return "status" }

type name string

// TestThrown compares with what the runtime prints.
func TestThrown(t *testing.T) {
	for _, each := range []struct {
		value    any
		expected string
	}{
		{"boom", "surfaced -1 panic: boom\n"},
		{42, "surfaced -1 panic: 42\n"},
		{status(1), "surfaced -1 panic: status\n"},
		{name("x"), "surfaced -1 panic: failure_test.name(\"x\")\n"},
		{errors.New("no"), "surfaced -1 panic: no\ncause 0 *errors.errorString: no\n"},
	} {
		if got := told(failure.Thrown(each.value)); got != each.expected {
			t.Errorf("%v:\n%s\nnot\n%s", each.value, got, each.expected)
		}
	}
	if got := told(failure.Thrown([]int{1})); !strings.HasPrefix(got, "surfaced -1 panic: ([]int) 0x") {
		t.Error(got)
	}
	func() {
		defer func() {
			if got := told(failure.Thrown(recover())); got != "surfaced -1 panic: assignment to entry in nil map\n" {
				t.Error(got)
			}
		}()
		var none map[string]int
		none["a"] = 1
	}()
	defer func() {
		if got := told(failure.Thrown(recover())); got != "surfaced -1 runtime error: integer divide by zero\n" {
			t.Error(got)
		}
	}()
	zero := 0
	_ = 1 / zero
}
