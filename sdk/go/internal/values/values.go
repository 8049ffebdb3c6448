// Package values holds what walks through the SDK, one a stage: an app's goroutine makes exceptions, the worker a
// report of them and of that an item, and hands items to a transport.
package values

import "time"

// Report is a report in the shape of sdk/report.schema.json. Whole numbers are int, int64 or uint64, lists []any and
// mappings map[string]any, unless said otherwise.
type Report = map[string]any

// Frame is one call of a stack.
type Frame struct {
	Path     string // as the runtime gives it
	Line     int    // counts from 1; 0 where unknown
	Function string // as a printed trace shows it
	InApp    bool
	Source   string // the text of the line, "" where unknown
}

// Exception is one error of a chain (R3, S7). Frames run from the outermost call to the crash.
type Exception struct {
	Type     string
	Message  string
	Relation string // "surfaced" or "" for the first, then cause, context or member
	Parent   int    // index of the exception it hangs on; -1 for the first
	Frames   []Frame
}

// NoSignature stands for a signature where many were counted into one (Q5, D9).
const NoSignature = "0000000000000000"

// Count is how often a signature was seen beyond what was sent (Q3, Q5). Times are milliseconds since the epoch.
type Count struct {
	Signature string
	Seen      int64
	First     int64
	Last      int64
	Release   string
}

// Item is what a transport delivers: a finished report, or a count. All in it is redacted and within limits.
type Item struct {
	ID     string // 32 hexadecimal digits
	Time   int64  // milliseconds since the epoch
	Report Report // nil for a count
	Count  *Count // nil for a report
	Text   string // as wire.Text writes it, where that was done already
}

// Signature is that of the bug, 16 hexadecimal digits.
func (i Item) Signature() string {
	if i.Count != nil {
		return i.Count.Signature
	}
	return Text(i.Report, "signature")
}

// Outcome is what became of an item (T1).
type Outcome int

// What a transport answers for each item.
const (
	Delivered Outcome = iota
	Later
	Never
)

func (o Outcome) String() string {
	return [...]string{"delivered", "later", "never"}[o]
}

// Transport is where items go. One goroutine calls Send, Tick and Close; they may wait and do not panic.
type Transport interface {
	// Send answers one outcome for each item, in order.
	Send(batch []Item) []Outcome
	// Tick is called every few seconds: what the transport owes and could not do at once.
	Tick()
	// Hurry comes from another goroutine when the process is about to end: no wait of Send goes past the deadline
	// from now on, and what is not delivered by then is Later.
	Hurry(deadline time.Time)
	// Close is the end of the process: what is owed goes now or never.
	Close(deadline time.Time)
}

// Warn says something once a kind: kind tells warnings apart, text is for the user.
type Warn func(kind, text string)
