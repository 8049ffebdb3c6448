package stack

import (
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/values"
)

const gopanic = "runtime.gopanic"

// Crashed says whether the runtime itself began the panic that Panicked finds.
func Crashed(frames []values.Frame) bool {
	for at := next(frames, 0); at >= 0; at = next(frames, at+1) {
		if at+1 < len(frames) && isRuntime(frames[at+1].Function) {
			return true
		}
	}
	return false
}

// Panicked is where the panic began that the calls at the inner end of a stack are handling. Seen says that it passed
// the SDK before: further in it was captured already, and went on. No frames at all: nothing panics.
//
// A stack holds one part for each panic that was not over when the next one began. One whose handler panics again, with
// what it recovered or with words of its own about it, began where the first did; one whose handler crashes itself began
// there.
func Panicked(frames []values.Frame) (found []values.Frame, seen bool) {
	at := next(frames, 0)
	if at < 0 {
		return nil, false
	}
	for {
		found = frames[at+1:]
		if len(found) > 0 && isRuntime(found[0].Function) {
			break
		}
		further := next(frames, at+1)
		if further < 0 {
			break
		}
		for _, each := range frames[at+1 : further] {
			seen = seen || each.Function == Again
		}
		at = further
	}
	for len(found) > 0 && isRuntime(found[0].Function) {
		found = found[1:]
	}
	return found, seen
}

func next(frames []values.Frame, from int) int {
	for index := from; index < len(frames); index++ {
		if frames[index].Function == gopanic {
			return index
		}
	}
	return -1
}

// isRuntime says whether a call only says how Go dies.
func isRuntime(function string) bool {
	return strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "internal/runtime/")
}
