package splat

import (
	"encoding/binary"
	"hash/maphash"
	"math/rand"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/delivery"
	"github.com/splat-heal/splat/sdk/go/internal/failure"
	"github.com/splat-heal/splat/sdk/go/internal/frames"
	"github.com/splat-heal/splat/sdk/go/internal/logs"
	"github.com/splat-heal/splat/sdk/go/internal/report"
	"github.com/splat-heal/splat/sdk/go/internal/settings"
	"github.com/splat-heal/splat/sdk/go/internal/signature"
	"github.com/splat-heal/splat/sdk/go/internal/stack"
	"github.com/splat-heal/splat/sdk/go/internal/suppress"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/warn"
)

const (
	mostKinds = 2_000
	// An error whose own Error method reports an error of that kind would have no end.
	mostAtOnce = 1_000
	// So long, at most, a new error waits until it is on disk.
	patience = 50 * time.Millisecond
	// The same where the program is about to end, or it was asked for.
	longPatience = 2 * time.Second
)

var (
	current atomic.Pointer[client]
	ring    logs.Ring
	seed    = maphash.MakeSeed()
)

// client is one Init.
type client struct {
	settings *settings.Settings
	frames   *frames.Frames
	keeper   *suppress.Keeper
	worker   *delivery.Worker
	began    time.Time
	stop     []func() // what integrations undo
	listener *listener
	atOnce   atomic.Int32

	lock  sync.Mutex
	kinds map[uint64]string // signatures by what was hashed of an error
}

// caught is an error on its way through the app's goroutine.
type caught struct {
	scope     *Scope
	links     []failure.Link
	counters  []uintptr // of the calls that led here
	panicked  bool
	place     []values.Frame // in the place of a stack, where there is none
	level     string
	mechanism string
	handled   bool
	dying     bool // the process may end next
	printed   bool // read from a text
	logged    bool // package log waits for us
}

// guarded is the one door: what fails behind it does not reach the app.
func (c *client) guarded(work func() string) (id string) {
	defer func() {
		if failed := recover(); failed != nil {
			warn.Say("capture", "an error could not be captured: "+failure.TypeOf(failed)+" in the SDK itself")
			warn.Debug("capture failed: %T", failed)
			id = ""
		}
	}()
	defer c.atOnce.Add(-1)
	if c.atOnce.Add(1) > mostAtOnce {
		return ""
	}
	return work()
}

// captureError is the id of the event when the error is new; "" when it is counted only, or none.
func (c *client) captureError(err error, e caught) string {
	return c.guarded(func() string {
		if c.isIgnored(err) || !e.scope.first(err) || !c.isSampled() {
			return ""
		}
		e.links = failure.Links(err)
		return c.take(e)
	})
}

// capturePanic is the same for what recover gave. It must be called while the panic's stack stands.
func (c *client) capturePanic(value any, e caught) string {
	return c.guarded(func() string {
		err, _ := value.(error)
		if isAbort(err) || err != nil && c.isIgnored(err) || !e.scope.first(err) || !c.isSampled() {
			return ""
		}
		e.links = failure.Thrown(value)
		e.panicked = true
		return c.take(e)
	})
}

// captureStanding reports a panic that someone else has recovered, while its stack stands. What it said is not known.
func (c *client) captureStanding(e caught) {
	c.guarded(func() string {
		here := stack.Frames(e.counters, c.frames.InApp)
		if found, seen := stack.Panicked(here); found == nil || seen || !c.isSampled() {
			return ""
		}
		e.links = failure.Standing(stack.Crashed(here))
		return c.take(e)
	})
}

func (c *client) captureMessage(text string, e caught) string {
	return c.guarded(func() string {
		if !c.isSampled() {
			return ""
		}
		e.links = []failure.Link{{Type: "Message", Message: text, Parent: -1}}
		return c.take(e)
	})
}

func (c *client) isSampled() bool {
	return c.settings.SampleRate >= 1 || rand.Float64() < c.settings.SampleRate
}

func (c *client) isIgnored(err error) bool {
	for _, each := range c.settings.IgnoreErrors {
		if each != nil && failure.Is(err, each) {
			return true
		}
	}
	if len(c.settings.Ignore) == 0 {
		return false
	}
	for _, link := range failure.Links(err) {
		name := strings.TrimPrefix(link.Type, "*")
		for _, each := range c.settings.Ignore {
			if each == link.Type || each == name || each == name[strings.LastIndex(name, ".")+1:] {
				return true
			}
		}
	}
	return false
}

func (c *client) take(e caught) string {
	key := hashed(e)
	c.lock.Lock()
	name := c.kinds[key]
	c.lock.Unlock()
	var exceptions []values.Exception
	if name == "" {
		exceptions = c.exceptions(e)
		if exceptions == nil {
			return "" // it passed us before
		}
		name = signature.Signature("go", c.settings.Root, exceptions)
		if isStable(exceptions) {
			c.remember(key, name)
		}
	}
	return c.send(e, name, exceptions)
}

// send asks whether the error goes out, and lets counts that are due go first (rule Q).
func (c *client) send(e caught, name string, exceptions []values.Exception) string {
	now := clock.Now()
	answer := c.keeper.Error(name, time.Since(c.began).Milliseconds(), now)
	for _, count := range answer.Counts {
		c.worker.Put(count)
	}
	if !answer.Report {
		return ""
	}
	if exceptions == nil {
		exceptions = c.exceptions(e)
	}
	event := &report.Event{
		ID: delivery.NewID(), Time: now, Signature: name, Exceptions: exceptions, Mechanism: e.mechanism,
		Handled: e.handled, Told: c.told(e), Printed: e.printed,
		Sync: c.settings.Durable,
	}
	switch {
	case c.settings.Durable || e.dying:
		c.worker.PutAndWait(event, longPatience)
	case e.logged:
		c.worker.Put(event)
	default:
		c.worker.PutAndWait(event, patience)
	}
	return event.ID
}

func (c *client) told(e caught) map[string]any {
	told := e.scope.told()
	if records := ring.All(); len(records) > 0 {
		told["logs"] = records
	}
	if e.level != "" {
		told["level"] = e.level
	}
	return told
}

func (c *client) remember(key uint64, name string) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if len(c.kinds) >= mostKinds {
		c.kinds = map[uint64]string{}
	}
	c.kinds[key] = name
}

// exceptions are the links with their frames. An error without a stack of its own has that of who captured it; nil for
// a panic that was captured further in.
func (c *client) exceptions(e caught) []values.Exception {
	here := stack.Frames(e.counters, c.frames.InApp)
	if e.panicked {
		found, seen := stack.Panicked(here)
		if seen {
			return nil
		}
		if found != nil {
			here = found
		}
	}
	here = stack.Caller(here)
	if e.place != nil {
		here = e.place
	}
	made := make([]values.Exception, len(e.links))
	for index, link := range e.links {
		own := stack.Frames(link.Counters, c.frames.InApp)
		if index == 0 && len(own) == 0 {
			own = here
		}
		made[index] = values.Exception{
			Type: link.Type, Message: link.Message, Relation: link.Relation, Parent: link.Parent,
			Frames: stack.Outermost(own),
		}
	}
	return made
}

// isStable says whether the signature is the same whatever the messages are: it is of a frame in the app (S12).
func isStable(exceptions []values.Exception) bool {
	found := false
	for _, each := range exceptions {
		if each.Relation == "member" {
			return false
		}
		for _, frame := range each.Frames {
			found = found || frame.InApp
		}
	}
	return found
}

// What messages begin with that rules S9 and S10 look at.
var special = []string{
	"Allowed memory ", "JavaScript heap ", "Array buffer ", "runtime: ", "Maximum ", "too much recursion", "stack overflow",
	"maximum recursion ",
}

// hashed is what makes two errors alike: types, places, and messages where they count.
func hashed(e caught) uint64 {
	var made maphash.Hash
	made.SetSeed(seed)
	counters := func(all []uintptr) {
		var bytes [8]byte
		for _, each := range all {
			binary.LittleEndian.PutUint64(bytes[:], uint64(each))
			made.Write(bytes[:])
		}
	}
	counters(e.counters)
	for _, link := range e.links {
		made.WriteString(link.Type)
		made.WriteByte(0)
		for _, each := range special {
			if strings.HasPrefix(link.Message, each) {
				made.WriteString(link.Message)
			}
		}
		counters(link.Counters)
	}
	for _, each := range e.place {
		made.WriteString(each.Function)
	}
	return made.Sum64()
}

// Due and Waiting are what the worker asks for (rules Q4, Q7).
func (c *client) Due(closing bool) []values.Count {
	if closing {
		return c.keeper.Close()
	}
	return c.keeper.Tick(time.Since(c.began).Milliseconds())
}

// Waiting is what is counted and not due yet.
func (c *client) Waiting() []values.Count { return c.keeper.Waiting() }

func (c *client) undo() {
	for index := len(c.stop) - 1; index >= 0; index-- {
		c.stop[index]()
	}
	c.stop = nil
}
