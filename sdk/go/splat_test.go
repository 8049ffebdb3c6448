package splat_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	splat "github.com/splat-heal/splat/sdk/go"
)

// sink is where reports go.
type sink struct {
	lock    sync.Mutex
	outcome splat.Outcome
	items   []splat.Item
}

func (s *sink) Send(batch []splat.Item) []splat.Outcome {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.items = append(s.items, batch...)
	made := make([]splat.Outcome, len(batch))
	for index := range made {
		made[index] = s.outcome
	}
	return made
}

func (*sink) Tick()           {}
func (*sink) Hurry(time.Time) {}
func (*sink) Close(time.Time) {}

const long = 20 * time.Second

func started(t *testing.T, options splat.Options) *sink {
	t.Helper()
	made := &sink{}
	options.Deliver, options.SpoolDir = made, t.TempDir()
	splat.Init(options)
	t.Cleanup(splat.Close)
	return made
}

type told struct {
	ID, Signature, Release, Environment, Root string
	Exceptions                                []struct {
		Type, Message, Relation string
		Parent                  *int
		Frames                  []struct {
			Path, Function, Source string
			InApp                  bool     `json:"in_app"`
			PreContext             []string `json:"pre_context"`
		}
	}
	Tags        map[string]string
	Contexts    map[string]any
	Breadcrumbs []struct{ Message, Category string }
	Mechanism   struct {
		Type    string
		Handled bool
	}
	SDK struct{ Name, Version string }
}

func (s *sink) reports(t *testing.T) []told {
	t.Helper()
	if !splat.Flush(long) {
		t.Fatal("not delivered")
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	made := []told{}
	for _, each := range s.items {
		var one told
		if each.Report == nil {
			continue
		}
		if err := json.Unmarshal([]byte(each.Text), &one); err != nil {
			t.Fatal(err)
		}
		made = append(made, one)
	}
	return made
}

func (s *sink) only(t *testing.T) told {
	t.Helper()
	made := s.reports(t)
	if len(made) != 1 {
		t.Fatalf("%d reports: %+v", len(made), made)
	}
	return made[0]
}

func (s *sink) counts() (seen int64) {
	s.lock.Lock()
	defer s.lock.Unlock()
	for _, each := range s.items {
		if each.Count != nil {
			seen += each.Count.Seen
		}
	}
	return seen
}

func buy(err error) string { return splat.CaptureError(err) }

func TestAnErrorIsReportedFromWhereItWasCaptured(t *testing.T) {
	sink := started(t, splat.Options{Release: "r1"})
	id := buy(fmt.Errorf("cart: %w", &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}))
	one := sink.only(t)
	if one.ID != id || len(id) != 32 || one.Release != "r1" || one.Environment != "production" {
		t.Errorf("%+v", one)
	}
	if one.SDK.Name != "splat-go" || one.SDK.Version != splat.Version || !one.Mechanism.Handled {
		t.Errorf("%+v", one)
	}
	first := one.Exceptions[0]
	last := first.Frames[len(first.Frames)-1]
	if first.Type != "*fmt.wrapError" || !strings.HasSuffix(last.Function, ".buy") || !last.InApp || len(one.Exceptions) != 3 {
		t.Errorf("%+v", one)
	}
	if !strings.Contains(last.Source, "splat.CaptureError(err)") || len(last.PreContext) != 5 || last.Path != "splat_test.go" {
		t.Errorf("%+v", last)
	}
}

func TestRepeatsAreCounted(t *testing.T) {
	sink := started(t, splat.Options{})
	for number := 0; number < 50; number++ {
		if id := buy(fmt.Errorf("no %d", number)); (id != "") != (number == 0) {
			t.Errorf("%d: %q", number, id)
		}
	}
	sink.only(t)
	splat.Close()
	if seen := sink.counts(); seen != 49 {
		t.Errorf("%d counted", seen)
	}
}

func TestOneValueThatIsReturnedForEverCountsEachTime(t *testing.T) {
	sink := started(t, splat.Options{})
	for number := 0; number < 3; number++ {
		buy(io.EOF)
	}
	splat.Close()
	if seen := sink.counts(); seen != 2 {
		t.Errorf("%d counted", seen)
	}
}

func TestMessagesOfOnePlaceAreOneIssue(t *testing.T) {
	sink := started(t, splat.Options{})
	for _, text := range []string{"one", "two"} {
		splat.CaptureMessage(text)
	}
	if one := sink.only(t); one.Exceptions[0].Type != "Message" || one.Exceptions[0].Message != "one" {
		t.Errorf("%+v", one)
	}
}

func TestTheScopeOfAContext(t *testing.T) {
	sink := started(t, splat.Options{})
	splat.SetTag("host", "a")
	splat.SetContext("plan", map[string]any{"password": "hunter2", "n": 1})
	splat.AddBreadcrumb(splat.Breadcrumb{Message: "process"})
	ctx := splat.NewContext(context.Background())
	scope := splat.From(ctx)
	scope.SetTag("cart", "7")
	scope.SetTag("gone", "x")
	scope.SetTag("gone", "")
	scope.AddBreadcrumb(splat.Breadcrumb{Message: "opened", Category: "cart"})
	scope.CaptureError(errors.New("x"))
	one := sink.only(t)
	if fmt.Sprint(one.Tags) != "map[cart:7 host:a]" || len(one.Breadcrumbs) != 1 || one.Breadcrumbs[0].Category != "cart" {
		t.Errorf("%+v", one)
	}
	if fmt.Sprint(one.Contexts) != "map[plan:map[n:1 password:[REDACTED]]]" {
		t.Errorf("%+v", one.Contexts)
	}
	if splat.From(context.Background()) != splat.From(nil) { //nolint:staticcheck // a nil one must not end the app
		t.Error("not the process's")
	}
}

func TestInOneScopeAnErrorIsCapturedOnce(t *testing.T) {
	sink := started(t, splat.Options{})
	scope := splat.From(splat.NewContext(context.Background()))
	err := errors.New("x")
	for _, each := range []error{err, err, fmt.Errorf("more: %w", err)} {
		scope.CaptureError(each)
	}
	scope.CaptureError(uncomparable{"a"})
	scope.CaptureError(uncomparable{"a"})
	splat.Close()
	if seen := sink.counts(); len(sink.items) != 3 || seen != 1 {
		t.Errorf("%+v", sink.items)
	}
}

type uncomparable []string

func (uncomparable) Error() string { return "uncomparable" }

func TestWhatIsIgnored(t *testing.T) {
	never := errors.New("never")
	sink := started(t, splat.Options{Ignore: []string{"PathError", "*splat_test.mine"}, IgnoreErrors: []error{never, nil}})
	for _, each := range []error{
		&fs.PathError{Err: io.EOF}, fmt.Errorf("x: %w", &fs.PathError{Err: io.EOF}), &mine{}, fmt.Errorf("y: %w", never), nil,
	} {
		if id := splat.CaptureError(each); id != "" {
			t.Errorf("%v", each)
		}
	}
	if made := sink.reports(t); len(made) != 0 {
		t.Errorf("%+v", made)
	}
}

type mine struct{}

func (*mine) Error() string { return "mine" }

func TestBeforeSend(t *testing.T) {
	for name, each := range map[string]struct {
		before   func(map[string]any) map[string]any
		expected string
	}{
		"nothing": {func(report map[string]any) map[string]any { return report }, "token=[REDACTED]"},
		"drops":   {func(map[string]any) map[string]any { return nil }, ""},
		"panics":  {func(map[string]any) map[string]any { panic("no") }, "token=[REDACTED]"},
		"leaks": {func(report map[string]any) map[string]any {
			report["exceptions"].([]any)[0].(map[string]any)["message"] = "password=hunter2hunter2"
			return report
		}, "password=[REDACTED]"},
		"breaks":  {func(map[string]any) map[string]any { return map[string]any{"exceptions": 7} }, "token=[REDACTED]"},
		"forges":  {func(report map[string]any) map[string]any { report["signature"] = "x"; return report }, "token=[REDACTED]"},
		"unknown": {func(report map[string]any) map[string]any { report["x"] = func() {}; return report }, "token=[REDACTED]"},
	} {
		t.Run(name, func(t *testing.T) {
			sink := started(t, splat.Options{BeforeSend: each.before})
			splat.CaptureError(errors.New("token=abcdefabcdef"))
			made := sink.reports(t)
			if each.expected == "" {
				if len(made) != 0 {
					t.Errorf("%+v", made)
				}
				return
			}
			if len(made) != 1 || made[0].Exceptions[0].Message != each.expected || len(made[0].Signature) != 16 {
				t.Errorf("%+v", made)
			}
		})
	}
}

func TestBeforeSendMayCaptureItself(t *testing.T) {
	for _, durable := range []bool{false, true} {
		sink := started(t, splat.Options{Durable: durable, BeforeSend: func(report map[string]any) map[string]any {
			splat.CaptureMessage("inside")
			return report
		}})
		buy(errors.New("x"))
		made := sink.reports(t)
		for end := time.Now().Add(long); len(made) < 2 && time.Now().Before(end); made = sink.reports(t) {
			time.Sleep(5 * time.Millisecond) // it may have come behind what Flush waits for
		}
		if len(made) != 2 {
			t.Errorf("%+v", made)
		}
		splat.Close()
	}
}

func TestRefusedIsToldByFlush(t *testing.T) {
	sink := started(t, splat.Options{})
	sink.outcome = splat.Never
	splat.CaptureError(errors.New("x"))
	if splat.Flush(long) {
		t.Error("nothing was delivered")
	}
	if !splat.Flush(long) {
		t.Error("there was nothing since")
	}
}

func TestNothingHappensWithoutInit(t *testing.T) {
	if splat.CaptureError(io.EOF) != "" || splat.CaptureMessage("x") != "" || !splat.Flush(time.Millisecond) {
		t.Error("something did")
	}
	splat.Close()
	off := started(t, splat.Options{Enabled: new(bool)})
	splat.CaptureError(io.EOF)
	if made := off.reports(t); len(made) != 0 {
		t.Errorf("%+v", made)
	}
	defer func() {
		if recover() != "through" {
			t.Error("not the same panic")
		}
	}()
	defer splat.Close()
	defer splat.Recover()
	panic("through")
}

func divide(by int) int { return 1 / by }

func TestPanicsGoOnAndAreReportedOnce(t *testing.T) {
	sink := started(t, splat.Options{})
	func() {
		defer func() {
			if err, ok := recover().(error); !ok || !strings.Contains(err.Error(), "divide by zero") {
				t.Error("not the same panic")
			}
		}()
		defer splat.Recover()
		func() {
			defer splat.Recover()
			divide(0)
		}()
	}()
	one := sink.only(t)
	last := one.Exceptions[0].Frames[len(one.Exceptions[0].Frames)-1]
	if one.Exceptions[0].Type != "runtime error" || one.Exceptions[0].Message != "integer divide by zero" ||
		!strings.HasSuffix(last.Function, ".divide") || one.Mechanism.Handled {
		t.Errorf("%+v", one)
	}
}

func TestCloseReportsThePanicOfMain(t *testing.T) {
	sink := started(t, splat.Options{})
	func() {
		defer func() {
			if recover() != "boom" {
				t.Error("not the same panic")
			}
		}()
		defer splat.Close()
		panic("boom")
	}()
	if len(sink.items) != 1 || splat.CaptureError(io.EOF) != "" {
		t.Errorf("%+v", sink.items)
	}
}

func TestWhoRecoversByThemselves(t *testing.T) {
	sink := started(t, splat.Options{})
	for _, value := range []any{"boom", http.ErrAbortHandler, nil} {
		func() {
			defer func() {
				if value := recover(); value != nil {
					splat.CapturePanic(value)
				}
			}()
			if value != nil {
				panic(value)
			}
		}()
	}
	one := sink.only(t)
	if one.Exceptions[0].Message != "boom" || !strings.Contains(one.Exceptions[0].Frames[0].Function, "testing.") {
		t.Errorf("%+v", one)
	}
}

type endless struct{ running *sync.WaitGroup }

func (e endless) Error() string {
	e.running.Add(1)
	defer e.running.Done()
	splat.CaptureError(e)
	return "endless"
}

type exploding struct{}

func (exploding) Error() string { panic("no") }

func TestErrorsThatMisbehave(t *testing.T) {
	sink := started(t, splat.Options{})
	var none *fs.PathError
	var running sync.WaitGroup
	for _, each := range []error{endless{&running}, exploding{}, none, errors.Join(exploding{}, none)} {
		splat.CaptureError(each)
	}
	// What nobody waits for any more would capture into the next test.
	running.Wait()
	if made := sink.reports(t); len(made) < 4 { // the endless one fails from more than one place
		t.Errorf("%d reports", len(made))
	}
}

func TestManyGoroutinesAtOnce(t *testing.T) {
	sink := started(t, splat.Options{})
	var all sync.WaitGroup
	for number := 0; number < 16; number++ {
		all.Add(1)
		go func() {
			defer all.Done()
			scope := splat.From(splat.NewContext(context.Background()))
			for each := 0; each < 100; each++ {
				scope.SetTag("n", fmt.Sprint(each))
				splat.AddBreadcrumb(splat.Breadcrumb{Message: "x", Data: map[string]any{"n": each}})
				buy(errors.New("x"))
				scope.CaptureMessage("y")
			}
		}()
	}
	all.Wait()
	splat.Close()
	reports := 0
	for _, each := range sink.items {
		if each.Report != nil {
			reports++
		}
	}
	if seen := sink.counts(); reports != 2 || seen != 3198 {
		t.Errorf("%d reports, %d counted", reports, seen)
	}
}

func TestInitAgainReplacesWhatWasBefore(t *testing.T) {
	first := started(t, splat.Options{})
	buy(errors.New("x"))
	second := started(t, splat.Options{Environment: "staging"})
	buy(errors.New("x"))
	if one := second.only(t); one.Environment != "staging" || len(first.items) != 1 {
		t.Errorf("%+v %+v", one, first.items)
	}
}

func TestNothingIsSampled(t *testing.T) {
	sink := started(t, splat.Options{SampleRate: 0.000_000_1})
	for number := 0; number < 100; number++ {
		splat.CaptureError(errors.New("x"))
	}
	if made := sink.reports(t); len(made) != 0 {
		t.Errorf("%+v", made)
	}
}

func TestInitAndCloseWhileOthersCapture(t *testing.T) {
	stop := make(chan struct{})
	var all sync.WaitGroup
	for number := 0; number < 4; number++ {
		all.Add(1)
		go func(number int) {
			defer all.Done()
			for each := 0; ; each++ {
				select {
				case <-stop:
					return
				default:
				}
				buy(fmt.Errorf("no %d", number))
				splat.SetTag("n", fmt.Sprint(each))
				func() {
					defer func() { recover() }()
					defer splat.Recover()
					divide(0)
				}()
			}
		}(number)
	}
	for number := 0; number < 10; number++ {
		sink := &sink{}
		splat.Init(splat.Options{Deliver: sink, SpoolDir: t.TempDir()})
		time.Sleep(5 * time.Millisecond)
		splat.Close()
	}
	close(stop)
	all.Wait()
}

type misbehaving struct{ how string }

func (m *misbehaving) Error() string {
	switch m.how {
	case "ends":
		runtime.Goexit()
	case "hangs":
		select {}
	case "locks":
		lock.Lock()
		lock.Unlock()
	}
	return m.how
}

// Unwrap has no end.
func (m *misbehaving) Unwrap() error { return m }

var lock sync.Mutex

func TestErrorsThatEndHangOrWrapThemselves(t *testing.T) {
	sink := started(t, splat.Options{IgnoreErrors: []error{io.EOF}})
	lock.Lock() // whoever holds a lock may capture an error whose text needs it
	for _, how := range []string{"ends", "locks", "hangs", "hangs", "hangs"} {
		began := time.Now()
		splat.From(splat.NewContext(context.Background())).CaptureError(&misbehaving{how})
		splat.SetContext("error", &misbehaving{how})
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%s took %v", how, took)
		}
	}
	lock.Unlock()
	for _, value := range []any{&misbehaving{"ends"}, &misbehaving{"itself"}, http.ErrAbortHandler} {
		func() {
			defer func() { splat.CapturePanic(recover()) }()
			panic(value)
		}()
	}
	seen := sink.counts()
	for _, each := range sink.reports(t) {
		seen++
		if kind := each.Exceptions[0].Type; kind != "*splat_test.misbehaving" && kind != "panic" {
			t.Error(kind)
		}
	}
	if seen == 0 {
		t.Error("nothing was reported")
	}
}

func TestBeforeSendMayEndItsGoroutineAndWaitForItself(t *testing.T) {
	for name, work := range map[string]func(){
		"ends": runtime.Goexit, "flushes": func() { splat.Flush(long) }, "closes": splat.Close,
		"captures": func() { splat.CaptureError(errors.New("inside")) },
	} {
		sink := started(t, splat.Options{Durable: true, BeforeSend: func(report map[string]any) map[string]any {
			work()
			return report
		}})
		began := time.Now()
		buy(errors.New("outside"))
		splat.Flush(long)
		splat.Close()
		for time.Since(began) < long {
			sink.lock.Lock()
			got := len(sink.items)
			sink.lock.Unlock()
			if got > 0 {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		if took := time.Since(began); took > long/2 {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func TestABeforeSendThatNeverReturnsDoesNotKeepTheProcessFromEnding(t *testing.T) {
	sink, spool := &sink{}, t.TempDir()
	splat.Init(splat.Options{Deliver: sink, SpoolDir: spool, BeforeSend: func(map[string]any) map[string]any { select {} }})
	buy(errors.New("x"))
	splat.CaptureMessage("y")
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		splat.Close()
	}()
	select {
	case <-closed:
	case <-time.After(long):
		t.Fatal("it does not end")
	}
	// What there was no time to deliver, the next process does.
	splat.Init(splat.Options{Deliver: sink, SpoolDir: spool})
	defer splat.Close()
	if made := sink.reports(t); len(made) != 2 {
		t.Errorf("%+v", made)
	}
}
