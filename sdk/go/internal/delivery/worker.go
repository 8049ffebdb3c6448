// Package delivery brings what was captured to disk and on to a transport: one goroutine that makes reports and writes
// them down, one that delivers. Both start with the first error.
package delivery

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/report"
	"github.com/splat-heal/splat/sdk/go/internal/spool"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/wire"
)

const (
	look       = 5 * time.Second // between two looks at what was suppressed (rule Q4)
	noteEvery  = time.Second     // of counts that a process may lose which is killed (rule P9)
	mostQueued = 100
)

// Counts is what was suppressed: Due gives the counts that are due, and at the end all that are pending (Q4, Q7);
// Waiting those that are pending, which stay so.
type Counts interface {
	Due(closing bool) []values.Count
	Waiting() []values.Count
}

// Worker takes events and counts from any goroutine. Only Flush, Close and PutAndWait wait.
type Worker struct {
	reporter *report.Reporter
	store    *store
	sender   *sender
	counts   Counts
	warn     values.Warn

	lock    sync.Mutex // the queue
	queue   []any      // *report.Event, values.Count, *marker, func()
	events  int
	dropped bool
	running bool
	closed  bool
	wake    chan struct{}

	taking sync.Mutex // what is out of the queue is not on disk yet
	noted  map[string]noted
}

// noted is a count that was written down before it is due, and what keeps it.
type noted struct {
	count values.Count
	id    string
	taken *spool.Taken
}

// marker leaves the queue when all that was put before it is on disk.
type marker struct{ passed chan struct{} }

// New makes a worker that does nothing yet. folder is asked for that of the spool.
func New(reporter *report.Reporter, folder func() string, transport func() values.Transport, counts Counts,
	warn values.Warn) *Worker {
	kept := &store{folder: folder, warn: warn}
	return &Worker{
		reporter: reporter, store: kept, sender: newSender(transport, kept, warn), counts: counts, warn: warn,
		wake: make(chan struct{}, 1), noted: map[string]noted{},
	}
}

// Put takes an event or a count.
func (w *Worker) Put(thing any) {
	w.lock.Lock()
	if w.closed {
		w.lock.Unlock()
		if w.reporter.IsAsking() { // which is in the middle of another one
			w.sender.lose(1)
			return
		}
		w.take([]any{thing})
		return
	}
	_, isEvent := thing.(*report.Event)
	// Counts push nothing out: at the end there may be one for each signature that is known.
	if isEvent && w.events >= mostQueued {
		w.dropOldest()
	}
	w.put(thing)
	w.lock.Unlock()
}

// PutAndWait takes an event, and waits until it is on disk, at most so long. A Go program may end at any moment, by
// os.Exit or by a panic of another goroutine, and nothing is told of it.
func (w *Worker) PutAndWait(event *report.Event, atMost time.Duration) {
	w.Put(event)
	if !w.reporter.IsAsking() {
		w.pass(time.Now().Add(atMost))
	}
}

// Take has the event on disk when it returns. For work that PickUp does.
func (w *Worker) Take(event *report.Event) { w.take([]any{event}) }

// PickUp starts delivering what earlier processes left. work is done first, on the goroutine that makes reports.
func (w *Worker) PickUp(work func()) {
	w.lock.Lock()
	w.put(work)
	w.lock.Unlock()
}

// put and start need the lock.
func (w *Worker) put(thing any) {
	if _, isEvent := thing.(*report.Event); isEvent {
		w.events++
	}
	w.queue = append(w.queue, thing)
	w.start()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *Worker) start() {
	if !w.running && !w.closed {
		w.running = true
		go w.run()
	}
}

func (w *Worker) dropOldest() {
	for index, each := range w.queue {
		if _, isEvent := each.(*report.Event); isEvent {
			w.queue = append(w.queue[:index:index], w.queue[index+1:]...)
			w.events--
			w.dropped = true
			w.warn("queue", "errors were dropped: they came faster than they could be written to disk")
			return
		}
	}
}

// Flush waits until all that was taken is delivered, at most so long. Whether all since the last time is.
func (w *Worker) Flush(within time.Duration) bool {
	if w.reporter.IsAsking() {
		return false
	}
	deadline := time.Now().Add(within)
	if !w.pass(deadline) || !w.sender.drain(deadline) {
		return false
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	dropped := w.dropped
	w.dropped = false
	return !dropped
}

// pass waits until all that is in the queue is on disk.
func (w *Worker) pass(deadline time.Time) bool {
	mark := &marker{make(chan struct{})}
	w.lock.Lock()
	if w.closed {
		w.lock.Unlock()
		return false
	}
	w.put(mark)
	w.lock.Unlock()
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-mark.passed:
		return true
	case <-timer.C:
		return false
	}
}

// Close delivers what it can in so long. The rest, and what is put later, is left in the spool.
func (w *Worker) Close(within time.Duration) {
	if w.reporter.IsAsking() {
		go w.Close(within)
		return
	}
	// The last of it is for what has to be left in the spool.
	deadline := time.Now().Add(within * 9 / 10)
	due := w.counts.Due(true)
	w.lock.Lock()
	if w.closed {
		w.lock.Unlock()
		return
	}
	w.closed = true
	isUsed := w.running || len(w.queue) > 0 || len(due) > 0
	w.lock.Unlock()
	if !isUsed {
		return
	}
	w.nudge()
	// The other half is for what comes of it.
	w.reporter.Hurry(time.Now().Add(within / 2))
	rest := make([]any, 0, len(due))
	for _, each := range due {
		rest = append(rest, each)
	}
	w.takeAll()
	w.take(rest)
	w.sender.close(deadline)
}

func (w *Worker) nudge() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// --- the goroutine ---------------------------------------------------------------------------------------------------

func (w *Worker) run() {
	due, note := time.Now().Add(look), time.Now().Add(noteEvery)
	for {
		w.takeAll()
		now := time.Now()
		if now.After(due) {
			due = now.Add(look)
			for _, each := range w.counts.Due(false) {
				w.take([]any{each})
			}
		}
		if now.After(note) {
			note = now.Add(noteEvery)
			w.note()
		}
		w.sender.start()
		until := due
		if note.Before(until) {
			until = note
		}
		timer := time.NewTimer(time.Until(until))
		select {
		case <-w.wake:
		case <-timer.C:
		}
		timer.Stop()
		if w.isClosed() {
			return
		}
	}
}

func (w *Worker) isClosed() bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.closed
}

// takeAll brings the whole queue to disk. Whoever closes does it too: what is out of the queue must not be lost between.
func (w *Worker) takeAll() {
	for {
		w.taking.Lock()
		thing := w.first()
		switch each := thing.(type) {
		case nil:
			w.taking.Unlock()
			return
		case *marker:
			close(each.passed)
		case func():
			w.taking.Unlock()
			each()
			continue
		default:
			w.takeOne(each)
		}
		w.taking.Unlock()
	}
}

func (w *Worker) first() any {
	w.lock.Lock()
	defer w.lock.Unlock()
	if len(w.queue) == 0 {
		return nil
	}
	thing := w.queue[0]
	w.queue[0] = nil
	w.queue = w.queue[1:]
	if _, isEvent := thing.(*report.Event); isEvent {
		w.events--
	}
	return thing
}

func (w *Worker) take(things []any) {
	w.taking.Lock()
	defer w.taking.Unlock()
	for _, each := range things {
		w.takeOne(each)
	}
}

// takeOne brings one to disk, safe to publish, and has it delivered. What cannot be made safe is dropped (X11).
func (w *Worker) takeOne(thing any) {
	defer func() {
		if failed := recover(); failed != nil {
			w.unsafe(fmt.Sprintf("%T", failed))
		}
	}()
	var one *kept
	switch each := thing.(type) {
	case *report.Event:
		item, err := w.reporter.Item(each)
		if err != nil {
			w.unsafe(fmt.Sprintf("%T", err)) // what the error says may hold what should have been redacted
			return
		}
		if item == nil {
			return
		}
		one = w.store.keep(*item, each.Sync)
	case values.Count:
		before := w.noted[each.Signature]
		delete(w.noted, each.Signature)
		item, err := w.counted(each, before.id)
		if err != nil {
			w.unsafe(fmt.Sprintf("%T", err))
			return
		}
		if taken := w.store.note(item, before.taken); taken != nil {
			one = &kept{item: item, taken: taken}
		} else {
			one = w.store.keep(item, false)
		}
	}
	if w.isClosed() && w.sender.isEnding() {
		w.store.later([]*kept{one})
		return
	}
	w.sender.add(one)
}

func (w *Worker) unsafe(kind string) {
	w.sender.lose(1)
	w.warn("unsafe", "an error report was dropped: "+kind+" while it was being made")
}

func (w *Worker) counted(count values.Count, id string) (values.Item, error) {
	if id == "" {
		id = NewID()
	}
	count.Release = w.reporter.SafeRelease(count.Release)
	item := values.Item{ID: id, Time: count.Last, Count: &count}
	text, err := wire.Text(item)
	item.Text = text
	return item, err
}

// note writes down the counts that are not due yet: the next process sends them when this one is killed (P9).
func (w *Worker) note() {
	w.taking.Lock()
	defer w.taking.Unlock()
	for _, each := range w.counts.Waiting() {
		before, known := w.noted[each.Signature]
		// With another first one it is a new count, and the one before it is on its way to us.
		if known && (before.count == each || before.count.First != each.First) {
			continue
		}
		item, err := w.counted(each, before.id)
		if err != nil {
			continue
		}
		if taken := w.store.note(item, before.taken); taken != nil {
			w.noted[each.Signature] = noted{each, item.ID, taken}
		}
	}
}

// NewID is 32 hexadecimal digits from a random source (R1).
func NewID() string {
	var random [16]byte
	rand.Read(random[:])
	return hex.EncodeToString(random[:])
}
