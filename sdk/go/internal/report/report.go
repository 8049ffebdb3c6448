// Package report makes of an event the report that goes out (R1 to R8).
package report

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/build"
	"github.com/splat-heal/splat/sdk/go/internal/canonical"
	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/conform"
	"github.com/splat-heal/splat/sdk/go/internal/frames"
	"github.com/splat-heal/splat/sdk/go/internal/limits"
	"github.com/splat-heal/splat/sdk/go/internal/redact"
	"github.com/splat-heal/splat/sdk/go/internal/settings"
	"github.com/splat-heal/splat/sdk/go/internal/source"
	"github.com/splat-heal/splat/sdk/go/internal/stack"
	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

const (
	schema = "splat-report/1"
	// So long a BeforeSend is waited for that is asked when the time is over.
	lastPatience = 50 * time.Millisecond
)

// Event is one error as the app's goroutine saw it.
type Event struct {
	ID         string
	Time       int64 // milliseconds since the epoch
	Signature  string
	Exceptions []values.Exception
	Mechanism  string // who caught it: CaptureError, Recover, http, gin, crash, …
	Handled    bool
	// What was known of the request, the tags, contexts, breadcrumbs and logs: keys of the report, not yet redacted.
	Told map[string]any
	Sync bool // it is to outlive the machine
	// Printed: the frames were read from a text, which may name any file.
	Printed bool
	// What another process said of itself, in the place of what this one is.
	Facts map[string]any
}

// What an event may give to a report.
var ofScope = []string{"request", "trace_id", "tags", "contexts", "breadcrumbs", "logs", "level"}

// Reporter makes reports for one set of settings, one at a time.
type Reporter struct {
	settings *settings.Settings
	warn     values.Warn
	frames   *frames.Frames
	redactor *redact.Redactor
	build    build.Info
	facts    map[string]any

	lock    sync.Mutex
	sources source.Sources
	safe    map[string]string // releases
	asking  atomic.Bool
	over    chan struct{} // closed when nobody waits for BeforeSend any more
	endless atomic.Bool   // it was not waited for
}

// New also answers with the facts that all reports of this process share.
func New(s *settings.Settings, info build.Info, version string, warn values.Warn) *Reporter {
	return &Reporter{
		settings: s, warn: warn, build: info, frames: frames.New(s.Root, s.Include, nil),
		redactor: redact.New(s.Redact), facts: facts(s, version), safe: map[string]string{}, over: make(chan struct{}),
	}
}

// Facts are what all reports of this process share.
func (r *Reporter) Facts() map[string]any { return r.facts }

// Item is what to deliver (R6); nil when BeforeSend drops it. An error where it cannot be made safe (X11).
func (r *Reporter) Item(event *Event) (*values.Item, error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	report, err := r.made(r.Build(event))
	if err != nil {
		return nil, err
	}
	written, err := canonical.Text(report)
	if err != nil {
		return nil, err
	}
	if r.settings.BeforeSend != nil {
		changed, err := r.asked(written)
		if err != nil || changed == nil {
			return nil, err
		}
		report, written = r.checked(changed, report, written)
	}
	return &values.Item{ID: event.ID, Time: event.Time, Report: report, Text: written}, nil
}

// SafeRelease is a release without secrets, for a count.
func (r *Reporter) SafeRelease(release string) string {
	r.lock.Lock()
	defer r.lock.Unlock()
	known, ok := r.safe[release]
	if !ok {
		known = text.Cut(r.redactor.Text(release), 1_000)
		r.safe[release] = known
	}
	return known
}

// Build is the report as the schema has it: not redacted, not within limits.
func (r *Reporter) Build(event *Event) values.Report {
	when := clock.ISO(event.Time)
	report := values.Report{
		"id": event.ID, "time": when, "signature": event.Signature,
		"exceptions":  r.exceptions(event),
		"occurrences": map[string]any{"count": 1, "first_seen": when, "last_seen": when},
		"mechanism":   map[string]any{"type": event.Mechanism, "handled": event.Handled},
	}
	facts := r.facts
	if event.Facts != nil {
		facts = event.Facts
	}
	for name, value := range facts {
		report[name] = value
	}
	if used := r.dependencies(event.Exceptions); len(used) > 0 {
		report["dependencies"] = used
	}
	for _, name := range ofScope {
		if value, ok := event.Told[name]; ok {
			report[name] = value
		}
	}
	return report
}

func (r *Reporter) exceptions(event *Event) []any {
	made := make([]any, 0, len(event.Exceptions))
	for _, each := range event.Exceptions {
		listed := make([]any, 0, len(each.Frames))
		for _, frame := range each.Frames {
			listed = append(listed, r.frame(frame, event.Printed))
		}
		one := map[string]any{
			"type": each.Type, "message": each.Message, "relation": "surfaced", "parent": nil, "frames": listed,
		}
		if each.Relation != "" {
			one["relation"] = each.Relation
		}
		if each.Parent >= 0 {
			one["parent"] = each.Parent
		}
		made = append(made, one)
	}
	return made
}

func (r *Reporter) frame(frame values.Frame, printed bool) map[string]any {
	path := r.frames.Path(frame.Path)
	made := map[string]any{"path": path, "function": frame.Function, "in_app": frame.InApp}
	if frame.Line > 0 {
		made["line"] = frame.Line
	}
	// A path below the root loses it. What was only printed may name a file that no code was loaded from.
	if !r.settings.IncludeSource || printed && path == strings.ReplaceAll(frame.Path, `\`, "/") {
		return made
	}
	line, before, behind, ok := r.sources.Around(frame.Path, frame.Line)
	if !ok {
		return made
	}
	made["source"] = line
	if frame.InApp {
		made["pre_context"], made["post_context"] = list(before), list(behind)
	}
	return made
}

func list(lines []string) []any {
	made := make([]any, len(lines))
	for index, each := range lines {
		made[index] = each
	}
	return made
}

func (r *Reporter) dependencies(exceptions []values.Exception) map[string]any {
	made := map[string]any{}
	for _, each := range exceptions {
		for _, frame := range each.Frames {
			if frame.InApp {
				continue
			}
			if module, version := r.build.Dependency(frame.Function, frame.Path); module != "" {
				made[module] = version
			}
		}
	}
	return made
}

// --- what leaves -----------------------------------------------------------------------------------------------------

func (r *Reporter) made(report values.Report) (safe values.Report, err error) {
	defer func() {
		if failed := recover(); failed != nil {
			err = fmt.Errorf("%T", failed)
		}
	}()
	safe, err = r.redactor.Report(report)
	if err != nil {
		return nil, err
	}
	return limits.Report(safe), nil
}

// asked is what BeforeSend makes of the report in a text; its input when it fails (R6).
func (r *Reporter) asked(written string) (map[string]any, error) {
	given, err := canonical.ReadBack(written)
	if err != nil {
		return nil, err
	}
	r.asking.Store(true)
	defer r.asking.Store(false)
	made := r.answered(given)
	if made.failed == "" {
		return made.report, nil
	}
	r.warn("before_send", fmt.Sprintf("BeforeSend failed with %s: reports are sent as they were before it", made.failed))
	return canonical.ReadBack(written)
}

type answer struct {
	report map[string]any
	failed string
}

// answered waits for BeforeSend, at the end of the process as long as there is time.
func (r *Reporter) answered(given map[string]any) answer {
	if r.endless.Load() {
		return answer{failed: "no answer"}
	}
	answers := make(chan answer, 1)
	go r.beforeSend(given, answers)
	select {
	case made := <-answers:
		return made
	case <-r.over:
	}
	timer := time.NewTimer(lastPatience) // it may have begun only now
	defer timer.Stop()
	select {
	case made := <-answers:
		return made
	case <-timer.C:
		r.endless.Store(true)
		return answer{failed: "no answer in time"}
	}
}

// Hurry lets no BeforeSend be waited for beyond the deadline. To be called once.
func (r *Reporter) Hurry(deadline time.Time) {
	time.AfterFunc(time.Until(deadline), func() { close(r.over) })
}

// beforeSend runs on a goroutine of its own, which it may end. IsAsking knows it by its name.
//
//go:noinline
func (r *Reporter) beforeSend(given map[string]any, answers chan<- answer) {
	made := answer{failed: "runtime.Goexit"}
	defer func() {
		if failed := recover(); failed != nil {
			made.failed = fmt.Sprintf("%T", failed)
		}
		answers <- made
	}()
	made.report = r.settings.BeforeSend(given)
	made.failed = ""
}

// IsAsking says whether this is the goroutine of BeforeSend: who waits there for what is to be reported waits for itself.
func (r *Reporter) IsAsking() bool {
	if !r.asking.Load() {
		return false
	}
	for _, each := range stack.Frames(stack.Here(0), func(string) bool { return false }) {
		if strings.HasSuffix(each.Function, "/internal/report.(*Reporter).beforeSend") {
			return true
		}
	}
	return false
}

// checked is what BeforeSend changed, made safe again; what it was given when that is no report any more.
func (r *Reporter) checked(changed, report values.Report, written string) (values.Report, string) {
	if same, err := canonical.ReadBack(written); err == nil && reflect.DeepEqual(changed, same) {
		return report, written
	}
	for _, own := range []string{"schema", "runtime", "id", "time", "signature"} {
		changed[own] = report[own]
	}
	safe, err := conform.Conform(changed)
	if err == nil {
		safe, err = r.made(safe)
	}
	again := ""
	if err == nil {
		again, err = canonical.Text(safe)
	}
	if err == nil {
		_, err = canonical.ReadBack(again)
	}
	if err != nil {
		r.warn("before_send report", fmt.Sprintf("BeforeSend returned what is no report (%v): it was sent as it was before",
			err))
		return report, written
	}
	return safe, again
}

func facts(s *settings.Settings, version string) map[string]any {
	made := map[string]any{
		"schema": schema, "runtime": "go",
		"runtime_version": strings.TrimPrefix(runtime.Version(), "go"),
		"platform":        runtime.GOOS + " " + runtime.GOARCH,
		"sdk":             map[string]any{"name": "splat-go", "version": version},
	}
	for name, value := range map[string]string{
		"root": strings.ReplaceAll(s.Root, `\`, "/"), "service": s.Service, "environment": s.Environment,
		"release": s.Release,
	} {
		if value != "" {
			made[name] = value
		}
	}
	deploy := map[string]any{}
	if s.Deploy != "" {
		deploy["id"] = s.Deploy
	}
	if s.DeployTime != "" {
		deploy["time"] = s.DeployTime
	}
	if len(deploy) > 0 {
		made["deploy"] = deploy
	}
	return made
}
