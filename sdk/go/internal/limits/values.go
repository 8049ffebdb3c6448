package limits

import (
	"github.com/splat-heal/splat/sdk/go/internal/plain"
	"github.com/splat-heal/splat/sdk/go/internal/text"
)

// L3
const (
	maxText    = 5_000
	maxTexts   = 50_000
	maxValues  = 2_000
	maxDepth   = 8
	maxEntries = 100
	maxKey     = 200
)

// Value is a plain copy of any value: bounded in depth, values, entries and text, whatever it is (L3).
func Value(value any) any {
	made, _ := limited(value)
	return made
}

// limited also tells whether anything was cut.
func limited(value any) (any, bool) {
	made := limiter{room: maxTexts, above: map[plain.Identity]bool{}}
	return made.limit(value, 0), made.cut
}

type limiter struct {
	values int
	room   int
	above  map[plain.Identity]bool
	cut    bool
}

func (l *limiter) limit(value any, depth int) any {
	if l.values >= maxValues {
		l.cut = true
		return text.CutMark
	}
	l.values++
	identity, has := plain.IdentityOf(value)
	if has && l.above[identity] {
		return plain.Cycle
	}
	entries := 0
	made := plain.OneLevel(value)
	switch made := made.(type) {
	case string:
		return l.text(made)
	case plain.List:
		entries = len(made)
	case plain.Mapping:
		entries = len(made)
	default:
		return made
	}
	if entries > 0 && depth >= maxDepth {
		l.cut = true
		return text.CutMark
	}
	if has {
		l.above[identity] = true
		defer delete(l.above, identity)
	}
	if list, is := made.(plain.List); is {
		return l.list(list, depth)
	}
	return l.mapping(made.(plain.Mapping), depth)
}

func (l *limiter) text(of string) string {
	room := min(maxText, l.room)
	if text.Longer(of, room) {
		l.cut = true
		if room < len(text.CutMark) {
			of = text.CutMark
		} else {
			of = text.Cut(of, room)
		}
	}
	l.room = max(0, l.room-text.Len(of))
	return of
}

func (l *limiter) full(number int) bool {
	full := number >= maxEntries || l.values >= maxValues
	l.cut = l.cut || full
	return full
}

func (l *limiter) list(entries plain.List, depth int) []any {
	made := make([]any, 0, len(entries))
	for number, each := range entries {
		if l.full(number) {
			return append(made, text.CutMark)
		}
		made = append(made, l.limit(each, depth+1))
	}
	return made
}

func (l *limiter) mapping(entries plain.Mapping, depth int) map[string]any {
	made := make(map[string]any, len(entries))
	for number, each := range entries {
		if l.full(number) {
			made[text.CutMark] = true
			break
		}
		l.cut = l.cut || text.Longer(each.Key, maxKey)
		made[text.Cut(each.Key, maxKey)] = l.limit(each.Value, depth+1)
	}
	return made
}
