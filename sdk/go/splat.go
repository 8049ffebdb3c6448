// Package splat makes of each bug in production exactly one GitHub issue.
//
//	func main() {
//		splat.Init(splat.Options{Repo: "owner/name"})
//		defer splat.Close()
//		…
//	}
//
// The token is read from SPLAT_TOKEN. From then on these are captured: panics that net/http's server catches and logs,
// panics that end the program (from Go 1.23 on, by the next process), and a panic of the goroutine that runs main. One
// line adds the request and its route:
//
//	srv.Handler = splat.Handler(srv.Handler) // net/http
//	r.Use(splat.Middleware)                  // chi
//	r.Use(splat.Gin)                         // gin
//	e.Use(splat.Echo)                        // echo
//
// Errors that the app handles itself are given to CaptureError.
package splat

import (
	"fmt"
	"net/http"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/build"
	"github.com/splat-heal/splat/sdk/go/internal/delivery"
	"github.com/splat-heal/splat/sdk/go/internal/failure"
	"github.com/splat-heal/splat/sdk/go/internal/frames"
	"github.com/splat-heal/splat/sdk/go/internal/redact"
	"github.com/splat-heal/splat/sdk/go/internal/report"
	"github.com/splat-heal/splat/sdk/go/internal/spool"
	"github.com/splat-heal/splat/sdk/go/internal/stack"
	"github.com/splat-heal/splat/sdk/go/internal/suppress"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/warn"
)

// Init starts capturing. Called again, it replaces what was before. It never fails: what cannot be used warns once.
func Init(options Options) {
	defer func() {
		if failed := recover(); failed != nil {
			warn.Say("init", "not started: "+warn.Why(failed, redact.New(nil).Text))
		}
	}()
	info := build.Read()
	chosen := options.read(info)
	warn.SetDebug(chosen.Debug)
	if before := current.Swap(nil); before != nil {
		before.close()
	}
	if !chosen.Enabled || chosen.Transport == "none" {
		return
	}
	started := &client{
		settings: chosen, frames: frames.New(chosen.Root, chosen.Include, nil), keeper: suppress.NewKeeper(chosen.Release),
		began: time.Now(), kinds: map[uint64]string{},
	}
	reporter := report.New(chosen, info, Version, warn.Say)
	place := func() string { return spool.FolderOf(chosen) }
	started.worker = delivery.New(reporter, place, func() values.Transport {
		return transportOf(chosen, place())
	}, started, warn.Say)
	folder := place()
	wasLeft := isLeft(folder)
	started.install(reporter, folder)
	current.Store(started)
	if wasLeft {
		started.worker.PickUp(func() { started.pickUpCrashes(folder) })
	}
	warn.Debug("reports go to %s", chosen.Transport)
}

// CaptureError reports an error that the app handles, with the calls that led here and those errors that it wraps; an
// error that carries a stack of its own is reported with that. Errors of one type from one place are one issue.
//
// The event's id when it is new; "" when it is counted with others of its kind, or is none.
func CaptureError(err error) string { return process.captureError(err, 1) }

// CaptureError is the same with what is set in this scope. In the scope of a request an error is captured once, however
// often it comes.
func (s *Scope) CaptureError(err error) string { return s.captureError(err, 1) }

func (s *Scope) captureError(err error, skip int) string {
	running := current.Load()
	if running == nil || err == nil {
		return ""
	}
	return running.captureError(err, caught{
		scope: s, counters: stack.Here(skip + 1), mechanism: "CaptureError", handled: true,
	})
}

// CapturePanic reports what recover gave, for those who recover by themselves. Call it in the deferred function, while
// the stack of the panic still stands. As CaptureError.
func CapturePanic(value any) string { return process.capturePanic(value, "CapturePanic", true, false) }

// CapturePanic is the same with what is set in this scope.
func (s *Scope) CapturePanic(value any) string {
	return s.capturePanic(value, "CapturePanic", true, false)
}

func (s *Scope) capturePanic(value any, mechanism string, handled, dying bool) string {
	running := current.Load()
	if running == nil || value == nil {
		return ""
	}
	return running.capturePanic(value, caught{
		scope: s, counters: stack.Here(2), mechanism: mechanism, handled: handled, dying: dying,
	})
}

// captureStanding reports the panic that the calls that led here are handling, if there is one.
func (s *Scope) captureStanding(mechanism string) {
	running := current.Load()
	if running != nil {
		running.captureStanding(caught{scope: s, counters: stack.Here(1), mechanism: mechanism, panicked: true})
	}
}

// Recover, deferred, reports a panic of this goroutine and lets it go on. It is on disk before that.
//
//	go func() {
//		defer splat.Recover()
//		work()
//	}()
func Recover() {
	if current.Load() == nil {
		return
	}
	if value := recover(); value != nil {
		process.capturePanic(value, "Recover", false, true)
		again(value)
	}
}

// again lets a panic go on. Its name in the stack tells hooks further out that the panic was captured.
//
//go:noinline
func again(value any) { panic(value) }

// isAbort says whether a panic is net/http's own way to end an answer, which is no error.
func isAbort(err error) bool { return err != nil && failure.Is(err, http.ErrAbortHandler) }

// CaptureMessage reports a text, with the calls that led here; messages of one place are one issue. As CaptureError.
func CaptureMessage(text string) string { return process.captureMessage(text) }

// CaptureMessage is the same with what is set in this scope.
func (s *Scope) CaptureMessage(text string) string { return s.captureMessage(text) }

func (s *Scope) captureMessage(text string) string {
	running := current.Load()
	if running == nil {
		return ""
	}
	return running.captureMessage(text, caught{
		scope: s, counters: stack.Here(2), mechanism: "CaptureMessage", handled: true, level: "info",
	})
}

// AddBreadcrumb notes what the app did, for reports outside of requests; inside of one, use From(ctx).
func AddBreadcrumb(crumb Breadcrumb) { process.AddBreadcrumb(crumb) }

// SetTag tags all reports of the process; "" removes the tag.
func SetTag(name, value string) { process.SetTag(name, value) }

// SetContext adds a value of any shape to all reports of the process; nil removes it.
func SetContext(name string, value any) { process.SetContext(name, value) }

// Flush waits, at most so long, until all that was captured is delivered. Whether all of it is, since the last call.
//
// False when the time was over, or something could not be delivered yet (the spool has it), or never will be: it was
// refused, of which a warning says what to put right, or dropped. Repeats that wait to be counted are not waited for.
func Flush(timeout time.Duration) bool {
	running := current.Load()
	return running == nil || running.worker.Flush(timeout)
}

// Close stops capturing, and delivers what can be in the time of Options.ShutdownTimeout; the next process delivers the
// rest. Deferred in main, it also reports a panic of main, and lets it go on.
func Close() {
	running := current.Load()
	if running == nil {
		return
	}
	value := recover()
	if value != nil {
		process.capturePanic(value, "main", false, true)
	}
	if current.CompareAndSwap(running, nil) {
		running.close()
		process.forget()
		ring.Clear()
	}
	if value != nil {
		again(value)
	}
}

func (c *client) close() {
	defer func() {
		if failed := recover(); failed != nil {
			warn.Say("close", fmt.Sprintf("not all errors were delivered: %T", failed))
		}
	}()
	c.undo()
	c.worker.Close(min(c.settings.ShutdownTimeout, atExit))
}

// At most so long may the end of the process take.
const atExit = 2 * time.Second
