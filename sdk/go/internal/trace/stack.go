package trace

import (
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// stack is printed frames, innermost first, and the place that the goroutine was started at.
type stack struct {
	frames  []values.Frame
	creator *values.Frame
}

// stack takes the frames from here on.
func (r *reader) stack() stack {
	made := stack{}
	for r.at < len(r.lines) {
		frame, isCreator, is := readFrame(r.lines[r.at:])
		switch {
		case is:
			if frame.InApp = r.inApp(frame.Path); isCreator {
				made.creator = &frame
			} else if len(made.frames) < maxFrames {
				made.frames = append(made.frames, frame)
			}
			r.at += 2
		case strings.Contains(r.lines[r.at][:min(len(r.lines[r.at]), 80)], "frames elided..."):
			r.at++
		default:
			return made
		}
	}
	return made
}

// exceptions gives each panic the part of the stack below the panic that came after it; the newest, which surfaced,
// first. Said begins with the oldest.
func exceptions(said []thrown, from stack) []values.Exception {
	parts := parts(from.frames)
	made := make([]values.Exception, 0, len(said))
	for age := len(said) - 1; age >= 0; age-- {
		frames := belowMachinery(parts[max(len(parts)-1-age, 0)])
		exception := values.Exception{
			Type: said[age].kind, Message: said[age].message, Relation: "surfaced", Parent: len(made) - 1,
			Frames: outermostFirst(frames, from.creator),
		}
		if len(made) > 0 {
			exception.Relation = "context"
		}
		made = append(made, exception)
	}
	return made
}

func outermostFirst(frames []values.Frame, creator *values.Frame) []values.Frame {
	made := make([]values.Frame, 0, len(frames)+1)
	if creator != nil {
		made = append(made, *creator)
	}
	for at := len(frames) - 1; at >= 0; at-- {
		made = append(made, frames[at])
	}
	return made
}

// parts is the stack from its start, and from each of the frames on that a panic puts between the handlers that ran
// and the place it interrupted.
func parts(frames []values.Frame) [][]values.Frame {
	made := [][]values.Frame{frames}
	for at, frame := range frames {
		if isPanic(frame.Function) {
			made = append(made, frames[at:])
		}
	}
	return made
}

func isPanic(function string) bool { return function == "panic" || function == "runtime.gopanic" }

// belowMachinery leaves out the innermost frames that only say how Go dies.
func belowMachinery(frames []values.Frame) []values.Frame {
	for at, frame := range frames {
		if !isMachinery(frame) {
			return frames[at:]
		}
	}
	return frames
}

func isMachinery(frame values.Frame) bool {
	name := frame.Function
	return isPanic(name) || name == "panicmem" || name == "sigpanic" || strings.HasPrefix(name, "runtime.") ||
		strings.HasPrefix(name, "runtime/debug.") || strings.HasPrefix(name, "internal/runtime/") ||
		// internal/sync.fatal and its like are linked to functions of this file.
		strings.HasSuffix("/"+frame.Path, "/runtime/panic.go")
}
