// Package logs keeps the last log records of the process, bounded in number and in text.
package logs

import (
	"sync"

	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/text"
)

const (
	mostRecords = 200
	// What all records may have together and one of them, in bytes and code points (rule X11: more than 100,000).
	mostText  = 600_000
	mostAText = 100_001
)

// Record is one line of a log.
type Record struct {
	Time    int64 // milliseconds since the epoch
	Level   string
	Logger  string
	Message string
}

// Ring is safe for any goroutine.
type Ring struct {
	lock    sync.Mutex
	records []Record
	next    int // where the oldest is once the ring is full
	size    int
}

// Add keeps a record, and lets the oldest go.
func (r *Ring) Add(record Record) {
	record.Message = text.First(record.Message, mostAText)
	r.lock.Lock()
	defer r.lock.Unlock()
	r.size += len(record.Message)
	if len(r.records) < mostRecords {
		r.records = append(r.records, record)
	} else {
		r.size -= len(r.records[r.next].Message)
		r.records[r.next] = record
		r.next = (r.next + 1) % mostRecords
	}
	for at := r.next; r.size > mostText; at = (at + 1) % len(r.records) {
		if at == (r.next+len(r.records)-1)%len(r.records) {
			break // the newest stays
		}
		r.size -= len(r.records[at].Message)
		r.records[at].Message = ""
	}
}

// All are the records, oldest first, as reports have them.
func (r *Ring) All() []any {
	r.lock.Lock()
	defer r.lock.Unlock()
	made := make([]any, 0, len(r.records))
	for index := range r.records {
		each := r.records[(r.next+index)%len(r.records)]
		if each.Message == "" {
			continue
		}
		one := map[string]any{"time": clock.ISO(each.Time), "message": each.Message}
		if each.Level != "" {
			one["level"] = each.Level
		}
		if each.Logger != "" {
			one["logger"] = each.Logger
		}
		made = append(made, one)
	}
	return made
}

// Clear forgets all.
func (r *Ring) Clear() {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.records, r.next, r.size = nil, 0, 0
}
