package github

import (
	"sort"

	"github.com/splat-heal/splat/sdk/go/internal/block"
	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/decide"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// times are errors in one release: how many, the first and the last, in milliseconds since the epoch.
type times struct {
	seen, first, last int64
	release           string
}

// and is both together, in the release of this one.
func (t times) and(other times) times {
	return times{t.seen + other.seen, min(t.first, other.first), max(t.last, other.last), t.release}
}

// group is all of one signature in a batch.
type group struct {
	signature string
	report    values.Report // the earliest; without one, no issue can be made
	times     []times       // one a release, in the order of their last times
	beside    []times       // the same without the report's own
	places    []int         // where its items stood in the batch
}

// sighting is what is decided about: the last error.
func (g *group) sighting() decide.Sighting {
	last := g.times[len(g.times)-1]
	return decide.Sighting{Signature: g.signature, At: last.last, Release: last.release}
}

// canMake tells whether there is enough to make an issue of.
func (g *group) canMake() bool { return g.report != nil || g.signature == values.NoSignature }

// countedIn is the body with these in its block (D4); false when it has none that can take them.
func countedIn(body string, each []times) (string, bool) {
	is := true
	for _, one := range each {
		if is {
			body, is = block.Counted(body, one.seen, clock.ISO(one.first), clock.ISO(one.last), one.release)
		}
	}
	return body, is
}

// groupsOf is a batch by signatures, in the order in which they come up.
func groupsOf(batch []values.Item) []*group {
	var made []*group
	known := map[string]*group{}
	for place, item := range batch {
		of := known[item.Signature()]
		if of == nil {
			of = &group{signature: item.Signature()}
			known[of.signature] = of
			made = append(made, of)
		}
		of.places = append(of.places, place)
	}
	for _, of := range made {
		of.fill(batch)
	}
	return made
}

func (g *group) fill(batch []values.Item) {
	chosen := -1
	for _, place := range g.places {
		if batch[place].Report != nil && (chosen < 0 || batch[place].Time < batch[chosen].Time) {
			chosen = place
		}
	}
	var all, beside []times
	for _, place := range g.places {
		all = append(all, timesOf(batch[place]))
		if place != chosen {
			beside = append(beside, timesOf(batch[place]))
		}
	}
	if chosen >= 0 {
		g.report = batch[chosen].Report
	}
	g.times, g.beside = byRelease(all), byRelease(beside)
}

func byRelease(each []times) []times {
	var made []times
	at := map[string]int{}
	for _, one := range each {
		if place, known := at[one.release]; known {
			made[place] = made[place].and(one)
		} else {
			at[one.release] = len(made)
			made = append(made, one)
		}
	}
	sort.SliceStable(made, func(a, b int) bool { return made[a].last < made[b].last })
	return made
}

func timesOf(item values.Item) times {
	if item.Count != nil {
		return times{item.Count.Seen, item.Count.First, item.Count.Last, item.Count.Release}
	}
	seen, has := values.Whole(values.Map(item.Report, "occurrences")["count"])
	if !has {
		seen = 1
	}
	return times{seen, item.Time, item.Time, values.Text(item.Report, "release")}
}
