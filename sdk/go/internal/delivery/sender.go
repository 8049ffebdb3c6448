package delivery

import (
	"fmt"
	"sync"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/values"
)

const (
	batch        = 50
	mostWaiting  = 100
	mostText     = 5_000_000 // of canonical text that may wait in memory beside their files
	tick         = 2 * time.Second
	firstRetry   = time.Minute
	longestRetry = 15 * time.Minute
	// With less than this left before the end, nothing is begun any more.
	worthATry = 50 * time.Millisecond
)

// sender delivers what it is given, new things first; then what earlier tries and earlier processes left. What waits for
// a network waits here, so that the worker writes to disk meanwhile.
type sender struct {
	make  func() values.Transport // called on the goroutine that delivers, before the first delivery
	store *store
	warn  values.Warn

	lock      sync.Mutex
	changed   chan struct{} // closed, and made anew, with each change
	waiting   []*kept
	size      int
	inHands   []*kept
	memory    []*kept // what no disk will have, until the next try
	transport values.Transport
	retryAt   time.Time // when what was left is tried next; at first at once
	retry     time.Duration
	cursor    string // up to where it was tried: what is always Later must not hide the rest
	looking   bool   // for what was left
	dropped   int
	postponed int // how often a delivery was left to a later try
	lost      int // refused or dropped, since drain told of it
	ending    bool
	deadline  time.Time
	started   bool
	ended     bool
}

func newSender(make_ func() values.Transport, store *store, warn values.Warn) *sender {
	return &sender{make: make_, store: store, warn: warn, changed: make(chan struct{}), retry: firstRetry}
}

// tell lets all that wait look again. With the lock.
func (s *sender) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// wait waits for a change, at most until a time; whether there was one. With the lock, which is free meanwhile.
func (s *sender) wait(until time.Time) bool {
	left := time.Until(until)
	if left <= 0 {
		return false
	}
	changed := s.changed
	s.lock.Unlock()
	defer s.lock.Lock()
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-changed:
		return true
	case <-timer.C:
		return false
	}
}

func (s *sender) start() {
	s.lock.Lock()
	defer s.lock.Unlock()
	if !s.started {
		s.started = true
		go s.run()
	}
}

// add takes over what is to be delivered. What is too much for memory stays in the spool.
func (s *sender) add(all ...*kept) {
	var over []*kept
	s.lock.Lock()
	for _, each := range all {
		s.waiting = append(s.waiting, each)
		s.size += len(each.item.Text)
	}
	for len(s.waiting) > 1 && (len(s.waiting) > mostWaiting || s.size > mostText) {
		over = append(over, s.pop())
	}
	s.tell()
	s.lock.Unlock()
	if over != nil {
		s.leave(over)
	}
}

func (s *sender) pop() *kept {
	each := s.waiting[0]
	s.waiting = s.waiting[1:]
	s.size -= len(each.item.Text)
	return each
}

// drain waits until nothing waits, at most until the deadline. Whether all since the last time was delivered.
func (s *sender) drain(deadline time.Time) bool {
	s.start()
	s.lock.Lock()
	defer s.lock.Unlock()
	before := s.postponed
	s.retryAt = time.Time{}
	s.tell()
	for !s.idle() {
		if s.ended || !s.wait(deadline) {
			return false
		}
	}
	lost := s.lost
	s.lost = 0
	return s.postponed == before && lost == 0
}

func (s *sender) idle() bool {
	return len(s.waiting) == 0 && len(s.inHands) == 0 && !s.looking && time.Now().Before(s.retryAt)
}

// lose is for what will never be delivered.
func (s *sender) lose(number int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.lost += number
}

// close delivers until the deadline what it can; the rest stays in the spool.
func (s *sender) close(deadline time.Time) {
	s.lock.Lock()
	s.ending, s.deadline = true, deadline
	transport := s.transport
	s.tell()
	s.lock.Unlock()
	if transport != nil {
		s.guarded(func() { transport.Hurry(deadline) })
	}
	s.start()
	s.lock.Lock()
	for !s.ended && s.wait(deadline) {
	}
	rest := append(append(append([]*kept{}, s.inHands...), s.waiting...), s.memory...)
	s.waiting, s.memory = nil, nil
	s.lock.Unlock()
	s.store.later(rest)
}

// --- the goroutine ---------------------------------------------------------------------------------------------------

func (s *sender) run() {
	s.guarded(func() {
		transport := s.make()
		s.lock.Lock()
		s.transport = transport
		ending, deadline := s.ending, s.deadline
		s.lock.Unlock()
		if ending {
			transport.Hurry(deadline)
		}
		s.deliverAll(transport)
	})
	s.lock.Lock()
	defer s.lock.Unlock()
	s.ended = true
	s.tell()
}

func (s *sender) deliverAll(transport values.Transport) {
	for {
		all := s.fresh()
		isOld := len(all) == 0
		if isOld {
			all = s.old()
		}
		switch {
		case len(all) > 0:
			s.deliver(transport, all, isOld)
		case s.isEnding():
			if s.hasMore() { // it may have come while there was nothing
				continue
			}
			s.guarded(func() { transport.Close(s.deadline) })
			return
		default:
			s.guarded(transport.Tick)
			s.pause()
		}
	}
}

func (s *sender) isEnding() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.ending
}

func (s *sender) hasMore() bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return len(s.waiting) > 0 && !s.over()
}

// over says whether nothing is begun any more. With the lock.
func (s *sender) over() bool { return s.ending && time.Until(s.deadline) < worthATry }

func (s *sender) fresh() []*kept {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.over() {
		return nil
	}
	for len(s.waiting) > 0 && len(s.inHands) < batch {
		s.inHands = append(s.inHands, s.pop())
	}
	return s.inHands
}

// old is what was left to a later try, once its time has come; over the whole spool, batch by batch.
func (s *sender) old() []*kept {
	s.lock.Lock()
	if s.over() || time.Now().Before(s.retryAt) {
		s.lock.Unlock()
		return nil
	}
	s.looking = true
	found := s.memory[:min(len(s.memory), batch)]
	s.memory = s.memory[len(found):]
	s.inHands = found
	s.lock.Unlock()
	if len(found) == 0 {
		found = s.fromSpool()
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.inHands, s.looking = found, false
	if len(found) == 0 {
		s.retryAt = time.Now().Add(longestRetry)
		s.tell()
	}
	return found
}

func (s *sender) fromSpool() []*kept {
	var found []*kept
	if s.cursor != "" {
		found = s.store.take(batch, s.cursor)
	}
	if len(found) == 0 {
		s.store.tidy()
		found = s.store.take(batch, "")
	}
	s.cursor = ""
	if len(found) > 0 {
		s.cursor = found[len(found)-1].taken.Name()
	}
	return found
}

func (s *sender) pause() {
	s.lock.Lock()
	defer s.lock.Unlock()
	if len(s.waiting) == 0 && !s.ending {
		until := time.Now().Add(tick)
		if s.retryAt.Before(until) {
			until = s.retryAt
		}
		s.wait(until)
	}
}

func (s *sender) deliver(transport values.Transport, all []*kept, isOld bool) {
	items := make([]values.Item, len(all))
	for index, each := range all {
		items[index] = each.item
	}
	var outcomes []values.Outcome
	s.guarded(func() { outcomes = transport.Send(items) })
	var later, over []*kept
	lost := 0
	for index, each := range all {
		outcome := values.Later
		if index < len(outcomes) {
			outcome = outcomes[index]
		}
		switch outcome {
		case values.Later:
			later = append(later, each)
			continue
		case values.Never:
			lost++
		}
		over = append(over, each)
	}
	s.store.settled(over)
	if len(later) > 0 {
		s.leave(later)
	}
	if len(over) > 0 {
		s.tellDropped()
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if len(over) > 0 {
		s.retry = firstRetry
	} else if isOld {
		s.retry = min(s.retry*2, longestRetry)
	}
	s.inHands = nil
	s.postponed += len(later)
	s.lost += lost
	if len(later) == len(all) && (isOld || s.retryAt.Before(time.Now())) {
		s.retryAt = time.Now().Add(s.retry)
	}
	s.tell()
}

// leave gives all to the spool, and what that does not take to memory.
func (s *sender) leave(all []*kept) {
	memory := s.store.later(all)
	s.lock.Lock()
	defer s.lock.Unlock()
	s.memory = append(s.memory, memory...)
	if over := len(s.memory) - mostWaiting; over > 0 {
		s.dropped += over
		s.memory = s.memory[over:]
	}
	if soon := time.Now().Add(s.retry); s.retryAt.After(soon) {
		s.retryAt = soon
	}
}

func (s *sender) tellDropped() {
	dropped := s.store.takeDropped()
	s.lock.Lock()
	dropped += s.dropped
	s.dropped = 0
	s.lost += dropped
	s.lock.Unlock()
	if dropped > 0 {
		s.warn("dropped", fmt.Sprintf("%d errors were dropped: they could not be delivered for long, and the spool was full",
			dropped))
	}
}

// guarded keeps a transport's panic from the app.
func (s *sender) guarded(work func()) {
	defer func() {
		if failed := recover(); failed != nil {
			s.warn("delivery", fmt.Sprintf("delivery failed with %T", failed))
		}
	}()
	work()
}
