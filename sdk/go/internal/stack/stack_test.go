package stack_test

import (
	"strings"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/stack"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

func all(string) bool { return true }

// calls are the functions of frames, innermost first, without what runs tests.
func calls(frames []values.Frame) string {
	var made []string
	for _, each := range frames {
		name := each.Function[strings.LastIndex(each.Function, ".")+1:]
		if strings.HasPrefix(each.Function, "testing.") || strings.HasPrefix(each.Function, "runtime.goexit") {
			break
		}
		made = append(made, name)
	}
	return strings.Join(made, " ")
}

func crash() {
	var none map[string]int
	none["a"] = 1
}

func handles(work func()) (frames []values.Frame) {
	defer func() {
		recover()
		frames = stack.Frames(stack.Here(0), all)
	}()
	work()
	return nil
}

func panicsAgain() {
	defer func() { panic(recover()) }()
	crash()
}

func crashesWhileHandling() {
	defer func() {
		var none []int
		_ = none[len(none)]
	}()
	panic("first")
}

func words() { panic("words") }

func TestPanicked(t *testing.T) {
	for name, each := range map[string]struct {
		work     func()
		expected string
	}{
		"the runtime's":  {crash, "crash handles"},
		"the app's":      {words, "words handles"},
		"again":          {panicsAgain, "crash panicsAgain handles"},
		"while handling": {crashesWhileHandling, "func1"},
		"a deeper one":   {func() { panicsAgain() }, "crash panicsAgain func1 handles"},
		"nothing panics": {func() {}, ""},
		"one that is over": {func() {
			func() {
				defer func() { recover() }()
				crash()
			}()
			words()
		}, "words"},
	} {
		found, seen := stack.Panicked(handles(each.work))
		if got := calls(found); !strings.HasPrefix(got, each.expected) || each.expected == "" && found != nil {
			t.Errorf("%s: %q, not %q", name, got, each.expected)
		}
		if seen {
			t.Errorf("%s: it did not pass us", name)
		}
	}
}

func TestFramesOfReports(t *testing.T) {
	frames := stack.Outermost(stack.Frames(stack.Here(0), all))
	last := frames[len(frames)-1]
	if !strings.HasSuffix(last.Function, "stack_test.TestFramesOfReports") || last.Line == 0 {
		t.Errorf("%+v", last)
	}
	if frames[0].Function != "testing.tRunner" {
		t.Errorf("%+v", frames[0])
	}
}
