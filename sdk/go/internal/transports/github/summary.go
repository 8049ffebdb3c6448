package github

import (
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/block"
	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

const (
	summaryTitle   = "[Splat] More errors than issues"
	summaryEvery   = time.Hour
	mostSignatures = 1_000
	summaryText    = "More kinds of errors came up within an hour than Splat files issues for: 10 a process, 20 a " +
		"repository. Those that are counted here have no issue of their own. Fix the others first: many may have one cause. When this one " +
		"is closed as not planned, Splat leaves it alone."
)

// summary is what was held back and is not told yet: for the one issue about errors that got none of their own (D9).
type summary struct {
	held       *times
	signatures map[string]bool
	toldAt     time.Time // zero when never
}

// due tells whether the hour since it was last told is over.
func (s *summary) due() bool { return s.toldAt.IsZero() || time.Since(s.toldAt) >= summaryEvery }

// hold counts these here.
func (s *summary) hold(of *group) {
	for _, each := range of.times {
		if s.held != nil {
			each = each.and(*s.held)
		}
		held := each
		s.held = &held
	}
	if len(s.signatures) < mostSignatures {
		s.signatures[of.signature] = true
	}
}

// group is all there is to tell, the items of overflow among it; nil when that is nothing.
func (s *summary) group(overflow *group) *group {
	made := &group{signature: values.NoSignature}
	if s.held != nil {
		held := *s.held
		held.release = ""
		made.times = append(made.times, held)
	}
	if overflow != nil {
		made.times, made.places = append(made.times, overflow.times...), overflow.places
	}
	if len(made.times) == 0 {
		return nil
	}
	return made
}

// told says that it went out.
func (s *summary) told() { s.held, s.toldAt = nil, time.Now() }

// take is what is held, for someone else to tell.
func (s *summary) take() *times {
	held := s.held
	s.held = nil
	return held
}

// summaryBody is the text of the issue. A count alone is told, nothing of the errors.
func summaryBody(of *group) string {
	all := of.times[0]
	for _, each := range of.times[1:] {
		all = all.and(each)
	}
	return block.Marker(values.NoSignature) + "\n" + block.Text(all.seen, clock.ISO(all.first), clock.ISO(all.last), nil, 0) +
		"\n\n" + summaryText
}
