package decide_test

import (
	"math/rand"
	"reflect"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/decide"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

const signature = "17310dbb56def269"

func whole(part map[string]any, key string) int64 {
	number, _ := values.Whole(part[key])
	return number
}

func texts(part map[string]any, key string) (made []string) {
	for _, each := range values.List(part, key) {
		made = append(made, each.(string))
	}
	return made
}

func listed(v vectors.Vector) (issues []decide.Listed, canonical map[int64]int64) {
	canonical = map[int64]int64{}
	for _, each := range values.Maps(v, "issues") {
		issues = append(issues, decide.Listed{
			Number: whole(each, "number"), Author: whole(each, "author"), Signature: values.Text(each, "signature"),
			Open: each["state"] == "open", UpdatedAt: whole(each, "updated_at"), Reason: values.Text(each, "reason"),
			ClosedAt: whole(each, "closed_at"), Releases: texts(each, "releases"), Labels: texts(each, "labels"),
			DuplicateOf: whole(each, "duplicate_of"),
		})
		canonical[whole(each, "number")] = whole(each, "canonical")
	}
	return issues, canonical
}

func reporters(v vectors.Vector) map[int64]bool {
	made := map[int64]bool{}
	for _, each := range values.List(v, "reporters") {
		id, _ := values.Whole(each)
		made[id] = true
	}
	return made
}

func TestDecidesAsTheVectorsSay(t *testing.T) {
	vectors.Run(t, "dedup", "decisions", nil, func(t *testing.T, v vectors.Vector) {
		issues, canonical := listed(v)
		event, created := values.Map(v, "event"), values.Map(v, "created_last_hour")
		own := map[int64]int64{}
		if v["own_write"] != nil {
			for _, each := range issues {
				own[each.Number] = whole(v, "own_write")
			}
		}
		seen := decide.Sighting{Signature: values.Text(event, "signature"), At: whole(event, "at"), Release: values.Text(event, "release")}
		decision := decide.Decide(seen, issues, decide.Surroundings{
			Reporters: reporters(v), Now: whole(v, "now"), OwnWrites: own,
			Created: int(whole(created, "process")), CreatedHere: int(whole(created, "repository")),
			CanonicalOf: func(issue decide.Listed) int64 { return canonical[issue.Number] },
		})
		expected := values.Map(v, "expected")
		wanted := decide.Decision{Do: decide.Do(values.Text(expected, "do")), Number: whole(expected, "number")}
		if decision != wanted {
			t.Errorf("%v, not %v", decision, wanted)
		}
	})
}

func TestClearsUpAsTheVectorsSay(t *testing.T) {
	vectors.Run(t, "dedup", "after_create", nil, func(t *testing.T, v vectors.Vector) {
		issues, _ := listed(v)
		after := decide.AfterCreate(values.Text(v, "signature"), whole(v, "created"), issues, reporters(v), values.Text(v, "trigger"))
		expected := values.Map(v, "expected")
		wanted := decide.Aftermath{Stop: expected["stop"] == true, Label: whole(expected, "label")}
		for _, each := range values.List(expected, "close") {
			number, _ := values.Whole(each)
			wanted.Close = append(wanted.Close, number)
		}
		if !reflect.DeepEqual(after, wanted) {
			t.Errorf("%v, not %v", after, wanted)
		}
	})
}

func TestAChainOfDuplicatesAsksThreeTimesAtMost(t *testing.T) {
	var issues []decide.Listed
	for number := int64(1); number < 9; number++ {
		issues = append(issues, decide.Listed{Number: number, Author: 7, Signature: signature, Reason: "duplicate"})
	}
	var asked []int64
	decision := decide.Decide(decide.Sighting{Signature: signature}, issues, decide.Surroundings{
		Reporters: map[int64]bool{7: true},
		CanonicalOf: func(issue decide.Listed) int64 {
			asked = append(asked, issue.Number)
			return issue.Number + 1
		},
	})
	if decision != (decide.Decision{Do: decide.Silent}) || !reflect.DeepEqual(asked, []int64{1, 2, 3}) {
		t.Errorf("%v, asked for %v", decision, asked)
	}
}

func anyIssues(random *rand.Rand) (issues []decide.Listed) {
	pick := func(texts ...string) string { return texts[random.Intn(len(texts))] }
	for number := int64(1); number < 7; number++ {
		if random.Intn(3) == 0 {
			continue
		}
		issue := decide.Listed{
			Number: number, Author: int64(7 + random.Intn(2)), Signature: pick(signature, "0000000000000000", ""),
			Open: random.Intn(2) == 0, UpdatedAt: random.Int63n(1_000_000), ClosedAt: random.Int63n(1_000_000),
			Reason: pick("", "completed", "not_planned", "duplicate"), DuplicateOf: random.Int63n(8),
		}
		if random.Intn(2) == 0 {
			issue.Releases = []string{pick("r1", "r2")}
		}
		issues = append(issues, issue)
	}
	return issues
}

func TestWhateverIsListed(t *testing.T) {
	around := decide.Surroundings{Reporters: map[int64]bool{7: true}, Now: 1_000_000}
	seen := decide.Sighting{Signature: signature, At: 1_000_000, Release: "r2"}
	for seed := int64(0); seed < 500; seed++ {
		random := rand.New(rand.NewSource(seed))
		issues := anyIssues(random)
		decision := decide.Decide(seen, issues, around)
		ours := false
		for _, issue := range issues {
			ours = ours || issue.Author == 7 && issue.Signature == signature
			if issue.Number != decision.Number {
				continue
			}
			if issue.Author != 7 || issue.Signature == "" {
				t.Fatalf("seed %d: %v of %v", seed, decision, issues)
			}
			isWritten := decision.Do == decide.Add || decision.Do == decide.Wait
			if isWritten && !issue.Open || decision.Do == decide.Regression && (issue.Open || issue.Reason == "not_planned") {
				t.Fatalf("seed %d: %v of %v", seed, decision, issues)
			}
		}
		if (decision.Do == decide.Create) == ours {
			t.Fatalf("seed %d: %v of %v", seed, decision, issues)
		}
		random.Shuffle(len(issues), func(a, b int) { issues[a], issues[b] = issues[b], issues[a] })
		if again := decide.Decide(seen, issues, around); again != decision {
			t.Fatalf("seed %d: %v, in another order %v", seed, decision, again)
		}
	}
}
