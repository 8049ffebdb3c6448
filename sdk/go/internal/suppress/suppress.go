// Package suppress sends of each bug one report at once, then only how often it was seen (Q).
package suppress

import (
	"container/list"
	"sync"

	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// All times are milliseconds.
const (
	firstStep      = 60_000
	longestStep    = 3_600_000
	forgottenAfter = 3_600_000
	window         = 60_000
	reportsAWindow = 60
	mostKnown      = 1_000
	noWindow       = -1
)

// Answer is what goes out now: the counts first, then the error itself when Report.
type Answer struct {
	Report bool
	Counts []values.Count
}

// known is what is kept of one signature (Q1).
type known struct {
	signature   string
	pending     int64
	first, last int64 // wall clock, of what is pending
	seen        int64 // the last time at all
	step, due   int64
}

// Keeper decides for each error whether it goes out, and counts those that do not. One a process, safe for use by
// several goroutines: its lock is held for microseconds, never while something is waited for. Of its times, now is of a
// clock that never goes back, and wall is since the epoch.
type Keeper struct {
	lock    sync.Mutex
	release string
	known   map[string]*list.Element // of inOrder
	inOrder *list.List               // of *known, in the order in which they became known

	window, reports    int64
	over               int64
	overFirst, overEnd int64
}

// NewKeeper counts for one release.
func NewKeeper(release string) *Keeper {
	return &Keeper{release: release, known: map[string]*list.Element{}, inOrder: list.New(), window: noWindow}
}

// Error says what goes out for an error that came (Q2).
func (k *Keeper) Error(signature string, now, wall int64) Answer {
	k.lock.Lock()
	defer k.lock.Unlock()
	element := k.known[signature]
	if element == nil {
		return k.unknown(signature, now, wall)
	}
	of := element.Value.(*known)
	if of.pending == 0 && now-of.seen >= forgottenAfter {
		k.forget(element)
		return k.unknown(signature, now, wall)
	}
	if of.pending == 0 {
		of.first = wall
	}
	of.pending++
	of.last, of.seen = wall, now
	if now < of.due {
		return Answer{}
	}
	return Answer{Counts: []values.Count{k.flush(of, now)}}
}

func (k *Keeper) unknown(signature string, now, wall int64) Answer {
	var counts []values.Count
	if k.window == noWindow || now-k.window >= window {
		k.window, k.reports = now, 0
		counts = k.takeOverflow(counts)
	}
	if k.reports >= reportsAWindow {
		if k.over == 0 {
			k.overFirst = wall
		}
		k.over++
		k.overEnd = wall
		return Answer{Counts: counts}
	}
	k.reports++
	if len(k.known) >= mostKnown {
		counts = k.pushOut(counts)
	}
	k.known[signature] = k.inOrder.PushBack(&known{signature: signature, seen: now, step: firstStep, due: now + firstStep})
	return Answer{Report: true, Counts: counts}
}

// Tick says what is due, to be sent in this order (Q4). At least every 5 seconds.
func (k *Keeper) Tick(now int64) []values.Count {
	k.lock.Lock()
	defer k.lock.Unlock()
	var counts []values.Count
	for element := k.inOrder.Front(); element != nil; {
		next, of := element.Next(), element.Value.(*known)
		if of.pending > 0 && now >= of.due {
			counts = append(counts, k.flush(of, now))
		} else if of.pending == 0 && now-of.seen >= forgottenAfter {
			k.forget(element)
		}
		element = next
	}
	if k.window != noWindow && now-k.window >= window {
		counts = k.takeOverflow(counts)
	}
	return counts
}

// Close is all that is pending (Q7). The keeper can go on afterwards.
func (k *Keeper) Close() []values.Count {
	k.lock.Lock()
	defer k.lock.Unlock()
	counts := k.pending()
	for element := k.inOrder.Front(); element != nil; element = element.Next() {
		element.Value.(*known).pending = 0
	}
	k.over = 0
	return counts
}

// Waiting is what is pending, as Close would send it. It stays pending.
func (k *Keeper) Waiting() []values.Count {
	k.lock.Lock()
	defer k.lock.Unlock()
	return k.pending()
}

func (k *Keeper) pending() []values.Count {
	var counts []values.Count
	for element := k.inOrder.Front(); element != nil; element = element.Next() {
		if of := element.Value.(*known); of.pending > 0 {
			counts = append(counts, k.count(of))
		}
	}
	return k.overflow(counts)
}

// flush is Q3.
func (k *Keeper) flush(of *known, now int64) values.Count {
	of.step = min(2*of.step, longestStep)
	of.due = now + of.step
	count := k.count(of)
	of.pending = 0
	return count
}

func (k *Keeper) count(of *known) values.Count {
	return values.Count{Signature: of.signature, Seen: of.pending, First: of.first, Last: of.last, Release: k.release}
}

func (k *Keeper) forget(element *list.Element) *known {
	of := k.inOrder.Remove(element).(*known)
	delete(k.known, of.signature)
	return of
}

// pushOut is Q6.
func (k *Keeper) pushOut(counts []values.Count) []values.Count {
	oldest := k.inOrder.Front()
	for element := oldest.Next(); element != nil; element = element.Next() {
		if element.Value.(*known).seen < oldest.Value.(*known).seen {
			oldest = element
		}
	}
	if of := k.forget(oldest); of.pending > 0 {
		counts = append(counts, k.count(of))
	}
	return counts
}

// takeOverflow is Q5.
func (k *Keeper) takeOverflow(counts []values.Count) []values.Count {
	counts = k.overflow(counts)
	k.over = 0
	return counts
}

func (k *Keeper) overflow(counts []values.Count) []values.Count {
	if k.over == 0 {
		return counts
	}
	return append(counts, values.Count{
		Signature: values.NoSignature, Seen: k.over, First: k.overFirst, Last: k.overEnd, Release: k.release,
	})
}
