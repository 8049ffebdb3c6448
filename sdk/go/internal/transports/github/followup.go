package github

import (
	"errors"
	"sort"
	"strings"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/block"
	"github.com/splat-heal/splat/sdk/go/internal/decide"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

const (
	makersTurn = 20 * time.Second // another maker is left to follow up its own issue
	owedEvery  = 30 * time.Second
)

// looks are the waits before each look at the listing.
var looks = [...]time.Duration{0, 2 * time.Second, 4 * time.Second, 8 * time.Second}

// followUp is what this process, and those of this host before it, still owe to issues that they created (D8).
type followUp struct {
	*repository
	trigger string
	looked  time.Time
	owing   map[int64]string
}

func newFollowUp(of *repository, trigger string) *followUp {
	return &followUp{repository: of, trigger: trigger, owing: map[int64]string{}}
}

// after reads back until the index shows what was made, and settles it. What it never shows stays owed.
func (f *followUp) after(made []owed) error {
	pending := map[int64]string{}
	for _, each := range made {
		pending[each.number], f.owing[each.number] = each.signature, each.signature
	}
	for _, pause := range looks {
		if err := f.client.Wait(pause, "the index does not show the new issue yet"); err != nil {
			return err
		}
		if err := f.refresh(signaturesOf(pending)); err != nil {
			return err
		}
		for _, number := range numbersOf(pending) {
			if !f.index.shown[number] {
				continue
			}
			if err := f.settleOwn(number, pending[number]); err != nil {
				return err
			}
			delete(pending, number)
		}
		if len(pending) == 0 {
			break
		}
	}
	return nil
}

func signaturesOf(of map[int64]string) map[string]bool {
	made := map[string]bool{}
	for _, signature := range of {
		made[signature] = true
	}
	return made
}

func numbersOf(of map[int64]string) []int64 {
	made := make([]int64, 0, len(of))
	for number := range of {
		made = append(made, number)
	}
	sort.Slice(made, func(a, b int) bool { return made[a] < made[b] })
	return made
}

// owed is what is owed since longer, also by processes that are gone. It looks at the folder every 30 s at most.
func (f *followUp) owed() error {
	if !f.looked.IsZero() && time.Since(f.looked) < owedEvery && !f.client.Hurried() {
		return nil
	}
	f.looked = time.Now()
	owing := map[int64]string{}
	for _, each := range f.notes.owed(makersTurn) {
		owing[each.number] = each.signature
	}
	for number, signature := range f.owing {
		owing[number] = signature
	}
	if len(owing) == 0 {
		return nil
	}
	if err := f.refresh(signaturesOf(owing)); err != nil {
		return err
	}
	for _, number := range numbersOf(owing) {
		// An index that does not show it yet may not show a lower one either.
		if f.index.shown[number] || f.isOurs(number, 0) {
			if err := f.settleOwn(number, owing[number]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *followUp) settleOwn(number int64, signature string) error {
	settled, err := f.settle(signature, number)
	if settled {
		delete(f.owing, number)
		f.notes.settled(owed{number, signature})
	}
	return err
}

// settle does what D8 asks for this signature over the index as it is; own is the issue that we made, 0 for none. False
// when the issue that stays has no trigger label yet, because its maker is to have its turn.
func (f *followUp) settle(signature string, own int64) (bool, error) {
	todo := f.todo(signature, own)
	turn := todo.Label == 0 || f.isOurs(todo.Label, own)
	var err error
	if turn && todo.Label != 0 {
		err = f.triggerAt(todo.Label)
	}
	keeper := f.keeper(signature)
	for _, number := range todo.Close {
		if err == nil && keeper != 0 && f.isOurs(number, own) {
			err = f.close(number, keeper)
		}
	}
	if errors.Is(err, errGone) {
		return false, nil // deleted meanwhile: the next look decides again
	}
	return turn && err == nil, err
}

func (f *followUp) todo(signature string, own int64) decide.Aftermath {
	issues := f.index.all()
	for index := range issues {
		// GitHub tells labels apart without regard to case.
		issues[index].Labels = lower(issues[index].Labels)
	}
	todo := decide.AfterCreate(signature, own, issues, f.reporters, strings.ToLower(f.trigger))
	// Without a creation of ours only doubles are put right: whoever took a label off meant it.
	if own == 0 && len(todo.Close) == 0 || f.trigger == "" || signature == values.NoSignature {
		todo.Label = 0
	}
	return todo
}

// keeper is the open issue of ours with the lowest number; 0 for none.
func (f *followUp) keeper(signature string) int64 {
	for _, each := range f.index.all() {
		if each.Open && each.Signature == signature && f.reporters[each.Author] {
			return each.Number
		}
	}
	return 0
}

// isOurs: each maker follows up its own; what a maker leaves lying is anyone's.
func (f *followUp) isOurs(number, own int64) bool {
	created := time.UnixMilli(f.index.issues[number].createdAt)
	return number == own || f.client.Now().Sub(created) > makersTurn
}

func (f *followUp) triggerAt(number int64) error {
	known, err := f.known(number)
	if err == nil {
		_, err = f.change(number, object{"labels": append(known.Labels[:len(known.Labels):len(known.Labels)], f.trigger)})
	}
	return err
}

func (f *followUp) close(number, keeper int64) error {
	body, _, err := f.body(number)
	if err != nil {
		return err
	}
	fields := object{"state": "closed", "state_reason": "duplicate"}
	if text, is := block.AsDuplicate(body, keeper); is {
		fields["body"] = text
	}
	_, err = f.change(number, fields)
	return err
}

// doubles are those of the signatures that more than one open issue of ours is marked with.
func (f *followUp) doubles(signatures []string) []string {
	counts := map[string]int{}
	for _, each := range f.index.issues {
		if each.Open && f.reporters[each.Author] {
			counts[each.Signature]++
		}
	}
	var made []string
	for _, signature := range signatures {
		if counts[signature] > 1 {
			made = append(made, signature)
		}
	}
	return made
}
