//go:build none

package main

import "runtime"

var callers [64]uintptr

// capture walks the stack and names its functions, as far as the runtime does.
func capture(error) {
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	for {
		if _, more := frames.Next(); !more {
			return
		}
	}
}

func setUp(string) sdk { return sdk{flush: func() {}, end: func() {}} }
