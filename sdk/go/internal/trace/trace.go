// Package trace reads what a Go program prints when it dies, and what net/http logs when a handler does.
//
// It reads as the engine does, so that both name a bug alike: the error is the goroutine that panicked, printed first;
// its type is `panic`, `runtime error` or `fatal error`; the place that started the goroutine (`created by`) is the
// outermost frame, for it is often the only one that says whose work it was.
package trace

import (
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// Bounds on what is read of a text.
const (
	maxLine         = 4_000 // bytes; a longer line is data
	maxMessageLines = 40
	maxMessage      = 8_000
	maxPanics       = 50
	maxFrames       = 10_000
)

// thrown is what was thrown, and whether it was recovered and thrown again.
type thrown struct {
	kind, message string
	recovered     bool
}

// Parse is the first panic or fatal error that a text shows: the newest panic of its goroutine first, those in whose
// handling it was thrown behind it. False when there is none. InApp tells whose code a file is. Linear in the text.
func Parse(printed string, inApp func(file string) bool) ([]values.Exception, bool) {
	reader := reader{lines: strings.Split(text.Valid(printed), "\n"), inApp: inApp}
	for reader.at < len(reader.lines) {
		if stack, found := reader.step(); found {
			return exceptions(reader.header.thrown(), stack), true
		}
	}
	// What only Go's runtime says is an error without a stack too.
	if header := reader.header; header.isWithoutFrames() {
		return exceptions(header.thrown(), stack{}), true
	}
	return nil, false
}

// header is the lines above a stack that say what was thrown, the oldest first, each with the lines of its text.
type header struct {
	fatal bool
	texts [][]string
	last  int // its last line
	blank bool
}

func (h header) thrown() []thrown {
	var made []thrown
	for index, lines := range h.texts {
		kind := "panic"
		if h.fatal && index == 0 {
			kind = "fatal error"
		}
		message := strings.TrimSpace(strings.Join(lines, "\n"))
		one := said(kind, strings.TrimSpace(text.First(message, maxMessage)))
		if last := len(made) - 1; last >= 0 && made[last].recovered &&
			made[last].kind == one.kind && made[last].message == one.message {
			made = made[:last] // recovered and thrown again is one
		}
		made = append(made, one)
	}
	return made
}

func (h header) isWithoutFrames() bool {
	if len(h.texts) == 0 {
		return false
	}
	for _, words := range [...]string{"goroutines are asleep", "no goroutines", "runtime error: "} {
		if strings.Contains(h.texts[0][0], words) {
			return true
		}
	}
	return false
}

// reader is one walk over the lines: a header is remembered until its stack comes, or something else does.
type reader struct {
	lines  []string
	at     int
	inApp  func(string) bool
	header header
}

// step takes a line, or the stack that begins there when it has a header.
func (r *reader) step() (stack, bool) {
	line := r.lines[r.at]
	switch {
	case isGoroutine(line):
		r.at++
		found := r.stack()
		return found, len(r.header.texts) > 0
	case strings.TrimSpace(line) == "runtime stack:":
		for r.at < len(r.lines) && strings.TrimSpace(r.lines[r.at]) != "" {
			r.at++
		}
	default:
		r.headerLine(line)
		r.at++
	}
	return stack{}, false
}

func (r *reader) headerLine(line string) {
	header := &r.header
	bare := strings.TrimLeft(line, " \t")
	isNested := (strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "    ")) && strings.HasPrefix(bare, "panic: ")
	if len(header.texts) > 0 && isNested {
		if len(header.texts) < maxPanics {
			header.texts = append(header.texts, []string{cut(bare[len("panic: "):])})
		}
		header.last = r.at
	} else if said, fatal, is := label(line); is {
		if !header.isWithoutFrames() {
			*header = newHeader(said, fatal, r.at)
		}
	} else if len(header.texts) > 0 {
		header.goesOn(line, r.at)
	}
}

func newHeader(said string, fatal bool, at int) header {
	return header{fatal: fatal, texts: [][]string{{said}}, last: at}
}

func (h *header) goesOn(line string, at int) {
	text := &h.texts[len(h.texts)-1]
	isEmpty := strings.TrimSpace(line) == ""
	switch {
	case at-h.last > 2*maxMessageLines, strings.HasPrefix(line, "exit status "),
		!isEmpty && h.blank && !isOfRuntime(line) && line[0] != '\t':
		if !h.isWithoutFrames() {
			*h = header{}
		}
	case isOfRuntime(line):
	case isEmpty:
		h.blank = h.blank || !strings.HasPrefix(line, "\t")
	case len(*text) < maxMessageLines:
		*text = append(*text, strings.TrimSpace(cut(line)))
		h.last = at
	}
}

// isOfRuntime tells remarks of Go's runtime between what was thrown and the stack.
func isOfRuntime(line string) bool {
	return strings.HasPrefix(line, "[signal ") || strings.HasPrefix(line, "runtime: ") || strings.HasPrefix(line, "PC=")
}

func cut(line string) string {
	return strings.ToValidUTF8(line[:min(len(line), maxLine)], "")
}
