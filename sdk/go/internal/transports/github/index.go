package github

import (
	"net/url"
	"sort"
	"strconv"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/block"
	"github.com/splat-heal/splat/sdk/go/internal/decide"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

const (
	page       = 100
	mostPages  = 3
	mostIssues = 2_000
	// A listing overlaps with the one before: an index that lags shows what is older after what is newer.
	overlap = time.Minute
)

// known is an issue, when it was created, and GitHub's own record of what it is a duplicate of.
type known struct {
	decide.Listed
	createdAt      int64
	canonical      int64
	canonicalAsked bool
}

// index is what is known of a repository's issues (D1): listed once and then kept up by what changed since. Bodies are
// kept only of the signatures that a listing was asked for.
type index struct {
	api      *api
	issues   map[int64]known
	bodies   map[int64]string
	shown    map[int64]bool // in the last listing: an issue that was just created may not be there yet
	since    string
	tagOf    string // the path that
	tag      string // was given for
	listedAt time.Time
}

func newIndex(api *api) *index {
	return &index{api: api, issues: map[int64]known{}, bodies: map[int64]string{}, shown: map[int64]bool{}}
}

// listed tells whether it was ever read.
func (i *index) listed() bool { return !i.listedAt.IsZero() }

// isYounger tells whether it was read less than so long ago.
func (i *index) isYounger(age time.Duration) bool { return i.listed() && time.Since(i.listedAt) < age }

// all are all that are known, by ascending number.
func (i *index) all() []decide.Listed {
	made := make([]decide.Listed, 0, len(i.issues))
	for _, each := range i.issues {
		made = append(made, each.Listed)
	}
	sort.Slice(made, func(a, b int) bool { return made[a].Number < made[b].Number })
	return made
}

// createdSince is how many marked issues of these authors are known that were created at moment or later.
func (i *index) createdSince(moment int64, authors map[int64]bool) int {
	count := 0
	for _, each := range i.issues {
		if each.createdAt >= moment && authors[each.Author] && each.Signature != "" {
			count++
		}
	}
	return count
}

// refresh reads what changed, keeping the bodies of issues marked with one of wanted.
func (i *index) refresh(wanted map[string]bool) error {
	query := url.Values{
		"state": {"all"}, "labels": {decide.Label}, "sort": {"updated"}, "direction": {"desc"}, "per_page": {strconv.Itoa(page)},
	}
	if i.since != "" {
		query.Set("since", i.since)
	}
	var entries []any
	for number := 1; number <= mostPages; number++ {
		tag := ""
		if number > 1 {
			query.Set("page", strconv.Itoa(number))
		}
		path := "/issues?" + query.Encode()
		// The bodies at hand came with that tag only where all that are wanted now were wanted then.
		if number == 1 && i.tagOf == path && i.hasAll(wanted) {
			tag = i.tag
		}
		found, newTag, isSame, err := i.api.listing(path, tag)
		if err != nil {
			return err
		}
		if isSame {
			i.listedAt = time.Now()
			return nil
		}
		if number == 1 {
			i.tagOf, i.tag = path, newTag
		}
		entries = append(entries, found...)
		if len(found) < page {
			break
		}
	}
	i.takeOver(entries, wanted)
	return nil
}

func (i *index) hasAll(wanted map[string]bool) bool {
	for number := range i.shown {
		if _, has := i.bodies[number]; wanted[i.issues[number].Signature] && !has {
			return false
		}
	}
	return true
}

func (i *index) takeOver(entries []any, wanted map[string]bool) {
	i.bodies, i.shown = map[int64]string{}, map[int64]bool{}
	newest := int64(0)
	for _, entry := range entries {
		issue, is := listed(entry)
		if !is {
			continue
		}
		i.shown[issue.Number] = true
		newest = max(newest, issue.UpdatedAt)
		if was, has := i.issues[issue.Number]; has && was.UpdatedAt > issue.UpdatedAt {
			continue // what this process was answered is newer than what the index shows
		}
		i.keep(issue)
		if wanted[issue.Signature] {
			i.bodies[issue.Number] = bodyOf(entry)
		}
	}
	if newest > 0 {
		i.since = time.UnixMilli(newest).Add(-overlap).UTC().Format("2006-01-02T15:04:05Z")
	}
	i.listedAt = time.Now()
	i.trim()
}

// learn takes over an issue that an answer showed; false when it is none.
func (i *index) learn(entry any) (known, bool) {
	issue, is := listed(entry)
	if is {
		i.keep(issue)
		delete(i.bodies, issue.Number)
	}
	return issue, is
}

// learnCanonical keeps GitHub's own record of what a closed duplicate is a duplicate of; 0 stands for asked in vain.
func (i *index) learnCanonical(number, canonical int64) {
	if issue, has := i.issues[number]; has {
		issue.canonical, issue.canonicalAsked = canonical, true
		i.issues[number] = issue
	}
}

// forget says that the issue is gone.
func (i *index) forget(number int64) {
	delete(i.issues, number)
	delete(i.bodies, number)
	delete(i.shown, number)
}

func (i *index) keep(issue known) {
	if was := i.issues[issue.Number]; was.UpdatedAt == issue.UpdatedAt {
		issue.canonical, issue.canonicalAsked = was.canonical, was.canonicalAsked
	}
	i.issues[issue.Number] = issue
}

func (i *index) trim() {
	if len(i.issues) <= mostIssues {
		return
	}
	oldest := i.all()
	sort.SliceStable(oldest, func(a, b int) bool { return oldest[a].UpdatedAt < oldest[b].UpdatedAt })
	for _, each := range oldest[:len(oldest)-mostIssues] {
		i.forget(each.Number)
	}
}

// listed is an issue of GitHub's answer; false for a pull request, and for what is no issue.
func listed(entry any) (known, bool) {
	part, _ := entry.(object)
	number, _ := part["number"].(int64)
	updated := milliseconds(part["updated_at"])
	if _, isPull := part["pull_request"]; isPull || number <= 0 || updated == 0 {
		return known{}, false
	}
	body := bodyOf(entry)
	made := known{
		Listed: decide.Listed{
			Number: number, Signature: block.MarkerOf(body), Open: part["state"] == "open", UpdatedAt: updated,
			Reason: values.Text(part, "state_reason"), ClosedAt: milliseconds(part["closed_at"]), Labels: labelsOf(part),
		},
		createdAt: milliseconds(part["created_at"]),
	}
	made.Author, _ = values.Map(part, "user")["id"].(int64)
	if of := block.Of(body); of != nil {
		made.Releases, made.DuplicateOf = of.Releases, of.DuplicateOf
	}
	return made, true
}

// bodyOf is the text of an issue in GitHub's answer; empty where it has none.
func bodyOf(entry any) string {
	part, _ := entry.(object)
	return values.Text(part, "body")
}

func labelsOf(part object) []string {
	var made []string
	for _, each := range values.List(part, "labels") {
		if label, is := each.(object); is {
			each = label["name"]
		}
		if name, is := each.(string); is {
			made = append(made, name)
		}
	}
	return made
}

// milliseconds is a time of GitHub's; 0 for what is none.
func milliseconds(value any) int64 {
	text, _ := value.(string)
	made, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0
	}
	return made.UnixMilli()
}
