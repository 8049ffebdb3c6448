// Package decide says what is done for an error, over the issues that were listed (D5, D7, D8). No clock, no network.
// Times are milliseconds since the epoch.
package decide

import (
	"sort"

	"github.com/splat-heal/splat/sdk/go/internal/block"
)

// Label is what every issue of ours carries.
const Label = "splat"

const (
	quiet           = 300_000    // how long an issue is left alone after someone else wrote to it
	fixedFor        = 86_400_000 // without releases, how long a closed bug must have stayed away to be a regression
	processLimit    = 10         // issues an hour
	repositoryLimit = 20
	mostHops        = 3
)

// Sighting is an error to decide about: when it happened, and in which release ("" when unknown, not encoded).
type Sighting struct {
	Signature string
	At        int64
	Release   string
}

// Listed is an issue as the index knows it (D1). Zero stands for what an issue has not.
type Listed struct {
	Number      int64
	Author      int64  // numeric id
	Signature   string // of its marker (D2), "" for none
	Open        bool
	UpdatedAt   int64
	Reason      string // state_reason: completed, not_planned, duplicate
	ClosedAt    int64
	Releases    []string // of its block, encoded
	Labels      []string
	DuplicateOf int64 // of its block
}

func (l Listed) isDuplicate() bool { return !l.Open && l.Reason == "duplicate" }

// Do is what to do for an error.
type Do string

// Hold counts it for the issue about too many (D9); Wait counts it later, for someone just wrote there.
const (
	Create     Do = "create"
	Hold       Do = "hold"
	Add        Do = "count"
	Wait       Do = "wait"
	Regression Do = "regression"
	Silent     Do = "silent"
)

// Decision names the issue to count in or to reopen; 0 where there is none.
type Decision struct {
	Do     Do
	Number int64
}

// Surroundings are what D5 looks at besides the issues.
type Surroundings struct {
	Reporters map[int64]bool
	Now       int64
	// OwnWrites maps an issue's number to the updated_at that this process was answered when it last wrote there.
	OwnWrites   map[int64]int64
	Created     int // issues made in the last hour by this process
	CreatedHere int // the same by all reporters
	// CanonicalOf is asked for a closed duplicate alone whose block names no other issue; 0 for none.
	CanonicalOf func(issue Listed) int64
}

// Decide is D5.
func Decide(seen Sighting, issues []Listed, around Surroundings) Decision {
	var mine []Listed
	for _, issue := range issues {
		if issue.Signature == seen.Signature && around.Reporters[issue.Author] {
			mine = append(mine, issue)
		}
	}
	if len(mine) == 0 {
		if around.Created >= processLimit || around.CreatedHere >= repositoryLimit {
			return Decision{Do: Hold}
		}
		return Decision{Do: Create}
	}
	issue, found := followed(chosen(mine), issues, around)
	switch {
	case !found:
		return Decision{Do: Silent}
	case issue.Open:
		own, wrote := around.OwnWrites[issue.Number]
		if around.Now-issue.UpdatedAt < quiet && !(wrote && own == issue.UpdatedAt) {
			return Decision{Wait, issue.Number}
		}
		return Decision{Add, issue.Number}
	case issue.Reason != "not_planned" && isBack(issue, seen.At, block.Encoded(seen.Release)):
		return Decision{Regression, issue.Number}
	}
	return Decision{Do: Silent}
}

// chosen is the open one with the lowest number; else the closed one, no duplicate, with the highest; else the lowest.
func chosen(issues []Listed) Listed {
	issues = append([]Listed{}, issues...)
	sort.Slice(issues, func(a, b int) bool { return issues[a].Number < issues[b].Number })
	for _, issue := range issues {
		if issue.Open {
			return issue
		}
	}
	for at := len(issues) - 1; at >= 0; at-- {
		if !issues[at].isDuplicate() {
			return issues[at]
		}
	}
	return issues[0]
}

// followed is the issue that a closed duplicate leads to; none where that ends nowhere we may write.
func followed(issue Listed, issues []Listed, around Surroundings) (Listed, bool) {
	byNumber := make(map[int64]Listed, len(issues))
	for _, each := range issues {
		byNumber[each.Number] = each
	}
	for hops := 0; hops < mostHops && issue.isDuplicate(); hops++ {
		number := issue.DuplicateOf
		if number == 0 && around.CanonicalOf != nil {
			number = around.CanonicalOf(issue)
		}
		target, listed := byNumber[number]
		if !listed || !around.Reporters[target.Author] || target.Signature == "" {
			return issue, false
		}
		issue = target
	}
	return issue, !issue.isDuplicate()
}

func isBack(issue Listed, at int64, release string) bool {
	if release != "" && len(issue.Releases) > 0 {
		return !Has(issue.Releases, release)
	}
	return issue.ClosedAt != 0 && at-issue.ClosedAt >= fixedFor
}

// Has tells whether a text is one of several.
func Has(texts []string, wanted string) bool {
	for _, each := range texts {
		if each == wanted {
			return true
		}
	}
	return false
}

// Aftermath is what remains to be done once an issue was created.
type Aftermath struct {
	Stop  bool    // the token may not label: this process creates no more
	Label int64   // this one gets the trigger label; 0 for none
	Close []int64 // these are closed as its duplicates
}

// AfterCreate is D7 and D8: what follows once this process created an issue and read the index again.
func AfterCreate(signature string, created int64, issues []Listed, reporters map[int64]bool, trigger string) Aftermath {
	var alike []Listed
	for _, issue := range issues {
		if issue.Number == created && !Has(issue.Labels, Label) {
			return Aftermath{Stop: true}
		}
		if issue.Open && issue.Signature == signature && reporters[issue.Author] {
			alike = append(alike, issue)
		}
	}
	if len(alike) == 0 {
		return Aftermath{}
	}
	sort.Slice(alike, func(a, b int) bool { return alike[a].Number < alike[b].Number })
	after := Aftermath{}
	if !Has(alike[0].Labels, trigger) {
		after.Label = alike[0].Number
	}
	for _, each := range alike[1:] {
		after.Close = append(after.Close, each.Number)
	}
	return after
}
