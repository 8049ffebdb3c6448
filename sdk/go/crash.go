package splat

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/delivery"
	"github.com/splat-heal/splat/sdk/go/internal/files"
	"github.com/splat-heal/splat/sdk/go/internal/frames"
	"github.com/splat-heal/splat/sdk/go/internal/report"
	"github.com/splat-heal/splat/sdk/go/internal/signature"
	"github.com/splat-heal/splat/sdk/go/internal/spool"
	"github.com/splat-heal/splat/sdk/go/internal/stack"
	"github.com/splat-heal/splat/sdk/go/internal/trace"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

const (
	// What the names of crash files end with.
	crashEnd = ".crash"
	// What is read of one: the crash comes first, then what all other goroutines did.
	mostCrash = 1 << 20
)

// printed reports a panic that was printed. False where the text shows none that is new to us.
func (c *client) printed(text, mechanism string, scope *Scope) bool {
	return c.guarded(func() string {
		exceptions := read(text, c.frames)
		if exceptions == nil {
			return ""
		}
		name := signature.Signature("go", c.settings.Root, exceptions)
		if c.isSampled() {
			c.send(caught{scope: scope, mechanism: mechanism, printed: true}, name, exceptions)
		}
		return name
	}) != ""
}

// read are the exceptions of a printed panic; nil where there is none, or it passed us before it was printed.
func read(text string, own *frames.Frames) []values.Exception {
	if passedUs(text) {
		return nil
	}
	exceptions, ok := trace.Parse(text, own.InApp)
	if !ok {
		return nil
	}
	for _, each := range exceptions {
		for index, frame := range each.Frames {
			each.Frames[index].InApp = frame.InApp && !stack.Own(frame.Function)
		}
	}
	return exceptions
}

// passedUs looks at the goroutine that panicked, which is printed first.
func passedUs(text string) bool {
	_, rest, _ := strings.Cut(text, "\ngoroutine ")
	rest, _, _ = strings.Cut(rest, "\n\ngoroutine ")
	return strings.Contains(rest, "\n"+stack.Again+"(")
}

// --- what ended processes before this one ----------------------------------------------------------------------------

// pickUpCrashes reports what they left, and deletes it. On the worker's goroutine.
func (c *client) pickUpCrashes(folder string) {
	defer quietly()
	left, _ := filepath.Glob(filepath.Join(escaped(folder), "*"+crashEnd))
	for _, path := range left {
		c.pickUp(path)
	}
}

// isLeft says whether a process that is gone left something, of what a spool keeps or of a crash.
func isLeft(folder string) bool {
	if spool.WaitsIn(folder) {
		return true
	}
	left, _ := filepath.Glob(filepath.Join(escaped(folder), "*"+crashEnd))
	for _, path := range left {
		if file, err := os.Open(path); err == nil {
			free := files.Lock(file)
			file.Close()
			if free {
				return true
			}
		}
	}
	return false
}

// escaped is a folder for Glob, in whose patterns some characters have a meaning.
func escaped(folder string) string {
	return strings.NewReplacer(`[`, `\[`, `*`, `\*`, `?`, `\?`, `\`, `\\`).Replace(folder)
}

func (c *client) pickUp(path string) {
	defer quietly()
	state, err := os.Lstat(path)
	if err != nil || !state.Mode().IsRegular() {
		return
	}
	file, err := os.Open(path)
	if err != nil {
		return
	}
	defer file.Close()
	if !files.Lock(file) { // its process lives
		return
	}
	if now, err := os.Lstat(path); err != nil || !os.SameFile(now, state) { // another process was faster
		return
	}
	data, _ := io.ReadAll(io.LimitReader(file, mostCrash))
	header, text, _ := strings.Cut(string(data), "\n")
	if strings.TrimSpace(text) != "" {
		c.crashed(header, text, state.ModTime())
	}
	os.Remove(path)
}

func (c *client) crashed(header, text string, at time.Time) {
	facts := factsOf(header)
	root := values.Text(facts, "root")
	exceptions := read(headed(text), frames.New(root, c.settings.Include, nil))
	if exceptions == nil || !c.isSampled() {
		return
	}
	name := signature.Signature("go", root, exceptions)
	now := clock.Now()
	answer := c.keeper.Error(name, time.Since(c.began).Milliseconds(), now)
	for _, count := range answer.Counts {
		c.worker.Put(count)
	}
	if answer.Report {
		c.worker.Take(&report.Event{
			ID: delivery.NewID(), Time: at.UnixMilli(), Signature: name, Exceptions: exceptions, Mechanism: "crash",
			Told: map[string]any{}, Printed: true, Facts: facts,
		})
	}
}

// headed is the text with the line that Go writes to stderr alone when it is Go itself that ends the program: by what
// the stack shows, since these are told apart by their messages.
func headed(text string) string {
	text = strings.TrimLeft(text, "\n")
	first, _, _ := strings.Cut(text, "\ngoroutine ")
	line, _, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(line, "goroutine ") && line != "runtime stack:" {
		return text
	}
	said := "what Go said of it is on stderr"
	switch {
	case strings.Contains(first, "\nruntime.newstack("):
		said = "stack overflow"
	case strings.Contains(first, "\nruntime.sysMap") || strings.Contains(first, "\nruntime.(*mheap)"):
		said = "runtime: out of memory"
	case strings.Contains(first, "\ninternal/runtime/maps.fatal(") || strings.Contains(first, "\nruntime.mapassign"):
		said = "concurrent map access"
	case strings.HasPrefix(line, "goroutine ") && !strings.Contains(line, "[running"):
		said = "all goroutines are asleep - deadlock!"
	}
	return "fatal error: " + said + "\n\n" + text
}

// factsOf is what a process wrote of itself: texts, and the few mappings of texts that a report has.
func factsOf(header string) map[string]any {
	told := map[string]any{}
	if json.Unmarshal([]byte(header), &told) != nil {
		told = map[string]any{}
	}
	made := map[string]any{"schema": "splat-report/1", "runtime": "go"}
	for _, name := range []string{"runtime_version", "platform", "root", "service", "environment", "release"} {
		if text := values.Text(told, name); text != "" {
			made[name] = text
		}
	}
	for _, name := range []string{"sdk", "deploy"} {
		if part := values.Map(told, name); part != nil {
			made[name] = part
		}
	}
	return made
}
