// Package stack makes frames of program counters, and finds the part of a stack that says where a panic began.
package stack

import (
	"runtime"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// Most counters are taken of one stack, the innermost.
const Most = 512

// What all functions of the SDK itself begin with; its tests and its driver are packages of their own.
const (
	ownPackage  = "github.com/splat-heal/splat/sdk/go."
	ownInternal = "github.com/splat-heal/splat/sdk/go/internal/"
)

// Again is the last part of the name of the function that lets a panic go on that the SDK has seen.
const Again = ownPackage + "again"

// Here are the counters of the calls that led to the caller's caller.
func Here(skip int) []uintptr {
	var buffer [Most]uintptr
	return append([]uintptr(nil), buffer[:runtime.Callers(skip+2, buffer[:])]...)
}

// Own says whether a function is the SDK's.
func Own(function string) bool {
	return strings.HasPrefix(function, ownPackage) || strings.HasPrefix(function, ownInternal)
}

// Frames are those of the counters, innermost first as these are.
func Frames(counters []uintptr, inApp func(file string) bool) []values.Frame {
	if len(counters) == 0 {
		return nil
	}
	made := make([]values.Frame, 0, len(counters)+4)
	walk := runtime.CallersFrames(counters)
	for {
		frame, more := walk.Next()
		if frame.Function != "" || frame.File != "" {
			made = append(made, values.Frame{
				Path: frame.File, Line: frame.Line, Function: frame.Function,
				InApp: !Own(frame.Function) && inApp(frame.File),
			})
		}
		if !more {
			return made
		}
	}
}

// Caller is what remains of a stack without the SDK's own calls at its inner end.
func Caller(frames []values.Frame) []values.Frame {
	for index, each := range frames {
		if !Own(each.Function) {
			return frames[index:]
		}
	}
	return nil
}

// Outermost turns frames around: reports begin with the outermost call, and without the runtime's start of a goroutine.
func Outermost(frames []values.Frame) []values.Frame {
	for len(frames) > 0 && isStart(frames[len(frames)-1].Function) {
		frames = frames[:len(frames)-1]
	}
	made := make([]values.Frame, len(frames))
	for index, each := range frames {
		made[len(frames)-1-index] = each
	}
	return made
}

func isStart(function string) bool {
	return function == "runtime.goexit" || function == "runtime.main"
}
