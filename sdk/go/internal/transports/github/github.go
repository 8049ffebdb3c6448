// Package github makes each bug one issue of a GitHub repository (D, T2).
//
//	api.go         the requests, and what refusals mean for whoever set this up
//	index.go       the issues as they were listed and kept up    D1, D2
//	group.go       the items of a batch that tell of one bug
//	filing.go      one decision done                             D4 to D7
//	followup.go    what follows a creation                       D8
//	summary.go     the one issue about errors without one        D9
//	claim.go       one process a host creates at a time          D7
//	notes.go       what processes of a host tell each other
//	repository.go  what this process knows and wrote
//	github.go      the transport                                 T1
package github

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	mathrand "math/rand"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/decide"
	"github.com/splat-heal/splat/sdk/go/internal/files"
	"github.com/splat-heal/splat/sdk/go/internal/redact"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/web"
	"github.com/splat-heal/splat/sdk/go/internal/wire"
)

const (
	// Jitter is how long, at most, a process waits before it does what others may do as well (D7).
	Jitter = 2 * time.Second

	claimWait  = 5 * time.Second
	claimPoll  = 100 * time.Millisecond
	refusedFor = 10 * time.Minute // a refusal stands before it is tried whether someone put it right
	still      = time.Minute      // silence about an issue, and a count without one, need no new look
)

// Config is what the user chose.
type Config struct {
	Repo, Token, APIURL                     string // APIURL is https://api.github.com or https://HOST/api/v3
	Labels                                  []string
	TriggerLabel                            string
	Reporters                               []int64
	PublicLogs, PublicRequest, PublicLocals bool
	Folder                                  string // this repository's of the spool, "" where there is none
	Warn                                    values.Warn
	Jitter                                  time.Duration // Jitter unless a test says otherwise
}

type transport struct {
	*filing
	followUp     *followUp
	claim        *claim
	refusedUntil time.Time
	hasJittered  bool
}

// New delivers to one repository. Where the address or the token cannot be used, the user is told, and nothing goes out.
func New(config Config) values.Transport {
	of, err := newRepository(config)
	if err != nil {
		config.Warn("github", "errors are not sent anywhere: "+err.Error()+". Check the options APIURL and Token.")
		return unusable{}
	}
	return &transport{
		filing: newFiling(of, config), followUp: newFollowUp(of, config.TriggerLabel), claim: newClaim(of.notes.folder),
	}
}

// unusable refuses all.
type unusable struct{}

func (unusable) Send(batch []values.Item) []values.Outcome { return outcomes(len(batch), values.Never) }
func (unusable) Tick()                                     {}
func (unusable) Hurry(time.Time)                           {}
func (unusable) Close(time.Time)                           {}

func outcomes(count int, each values.Outcome) []values.Outcome {
	made := make([]values.Outcome, count)
	for index := range made {
		made[index] = each
	}
	return made
}

// --- the interface ---

// Send is T1: what became of each item.
func (t *transport) Send(batch []values.Item) []values.Outcome {
	made := outcomes(len(batch), values.Later)
	found := groupsOf(batch)
	told := t.tell(found)
	for _, of := range found {
		for _, place := range of.places {
			if outcome, is := told[of.signature]; is {
				made[place] = outcome
			}
		}
	}
	return made
}

// Tick follows up what was left undone, and tells what was held back once its hour is over.
func (t *transport) Tick() {
	if t.isRefused() {
		return
	}
	if err := t.followUp.owed(); err != nil {
		t.failed(err)
		return
	}
	if t.summary.held != nil && t.summary.due() {
		t.tell(nil)
	}
}

// Hurry lets no wait go past the deadline. Safe from any goroutine.
func (t *transport) Hurry(deadline time.Time) { t.client.Hurry(deadline) }

// Close: what is owed goes now; what was held back and may not go yet is left in the spool for the next process.
func (t *transport) Close(deadline time.Time) {
	t.Hurry(deadline)
	t.Tick()
	if held := t.summary.take(); held != nil && t.notes.folder != "" {
		t.leave(*held)
	}
	t.client.Drop()
}

func (t *transport) leave(held times) {
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	count := &values.Count{
		Signature: values.NoSignature, Seen: held.seen, First: held.first, Last: held.last, Release: held.release,
	}
	item := values.Item{ID: hex.EncodeToString(id), Time: held.last, Count: count}
	text, err := wire.Text(item)
	if err == nil {
		err = files.Write(t.notes.folder, files.Unused(t.notes.folder, files.NameOf(item)), text, false)
	}
	if err != nil {
		t.warn("github held", "how many errors were held back could not be kept below "+t.notes.folder)
	}
}

// --- a batch ---

// tell answers what became of each signature. What stays out of it is for later.
func (t *transport) tell(found []*group) map[string]values.Outcome {
	told := map[string]values.Outcome{}
	var overflow *group
	var work []*group
	for _, of := range found {
		if of.signature == values.NoSignature {
			overflow = of
		} else {
			work = append(work, of)
		}
	}
	t.batch(work, told)
	if !t.summary.due() {
		return told
	}
	if about := t.summary.group(overflow); about != nil {
		t.batch([]*group{about}, told)
		if outcome, is := told[about.signature]; is && outcome == values.Delivered {
			t.summary.told()
		}
	}
	return told
}

// batch fills told by signature. It does not panic.
func (t *transport) batch(work []*group, told map[string]values.Outcome) {
	t.hasJittered = false
	err := t.work(work, told)
	if err == nil {
		return
	}
	if t.failed(err) == values.Never {
		for _, of := range work {
			if _, is := told[of.signature]; !is {
				told[of.signature] = values.Never
			}
		}
	}
}

func (t *transport) work(work []*group, told map[string]values.Outcome) error {
	var due []*group
	needsLook := false
	for _, of := range work {
		if !t.index.listed() {
			due, needsLook = append(due, of), true
			continue
		}
		decision, err := t.decideOn(of)
		if err != nil {
			return err
		}
		if decision.Do != decide.Wait {
			due, needsLook = append(due, of), needsLook || t.needsLook(of, decision)
		}
	}
	if t.isRefused() {
		for _, of := range due {
			told[of.signature] = values.Never
		}
		return nil
	}
	if needsLook {
		if err := t.look(due); err != nil {
			return err
		}
	}
	var making []*group
	for _, of := range due {
		if isMade := t.try(of, told, true); !isMade {
			making = append(making, of)
		}
	}
	if len(making) > 0 {
		if err := t.make(making, told); err != nil {
			return err
		}
	}
	if err := t.followUpMade(); err != nil {
		return err
	}
	return t.putDoublesRight(due)
}

// needsLook tells whether what was decided over an older listing needs a new one.
func (t *transport) needsLook(of *group, decision decide.Decision) bool {
	switch {
	case decision.Do == decide.Add:
		_, has := t.atHand(decision.Number)
		return !has
	case decision.Do == decide.Silent, !of.canMake():
		return !t.index.isYounger(still)
	}
	return true
}

// look reads the index: at a random moment where it may lead to a write that others come to as well (D7).
func (t *transport) look(work []*group) error {
	mayShow := !t.index.listed()
	for _, of := range work {
		if mayShow {
			break
		}
		decision, err := t.decideOn(of)
		if err != nil {
			return err
		}
		mayShow = isShared(decision)
	}
	if mayShow {
		t.jitter()
	}
	return t.refresh(wantedOf(work))
}

func wantedOf(work []*group) map[string]bool {
	made := map[string]bool{}
	for _, of := range work {
		made[of.signature] = true
	}
	return made
}

func (t *transport) jitter() {
	t.hasJittered = true
	most := t.config.Jitter
	if most == 0 {
		most = Jitter
	}
	t.client.Pause(time.Duration(mathrand.Float64() * float64(max(0, most))))
}

// try does what is decided for a group, and tells; false when that needs the claim and is to be left.
func (t *transport) try(of *group, told map[string]values.Outcome, leaves bool) (isDone bool) {
	defer func() {
		if thrown := recover(); thrown != nil {
			// It must not keep the others from going, now or at any later try.
			told[of.signature] = t.failed(fmt.Errorf("%T", thrown))
			isDone = true
		}
	}()
	if t.isRefused() {
		told[of.signature] = values.Never
		return true
	}
	decision, err := t.decideOn(of)
	if err == nil && leaves && isShared(decision) && of.canMake() {
		return false
	}
	outcome := values.Later
	if err == nil {
		outcome, err = t.do(of, decision)
	}
	if err != nil {
		outcome = t.failed(err)
	}
	told[of.signature] = outcome
	return true
}

// make is D7: one process a host at a time.
func (t *transport) make(making []*group, told map[string]values.Outcome) error {
	waited := !t.claim.take()
	if waited && !t.claimed() {
		return nil
	}
	defer t.claim.release()
	if waited || !t.hasJittered {
		t.jitter()
		if err := t.refresh(wantedOf(making)); err != nil {
			return err
		}
	}
	for _, of := range making {
		t.claim.keep()
		t.try(of, told, false)
	}
	t.claim.keep()
	return t.followUpMade()
}

func (t *transport) claimed() bool {
	until := time.Now().Add(claimWait)
	for t.client.Left(time.Until(until)) > claimPoll {
		time.Sleep(claimPoll)
		if t.claim.take() {
			return true
		}
	}
	return false
}

func (t *transport) followUpMade() error {
	made := t.created
	t.created = nil
	if len(made) == 0 {
		return nil
	}
	return t.followUp.after(made)
}

func (t *transport) putDoublesRight(work []*group) error {
	signatures := make([]string, 0, len(work))
	for _, of := range work {
		signatures = append(signatures, of.signature)
	}
	doubles := t.followUp.doubles(signatures)
	if len(doubles) == 0 || !t.claim.take() {
		return nil
	}
	defer t.claim.release()
	for _, signature := range doubles {
		if _, err := t.followUp.settle(signature, 0); err != nil {
			return err
		}
	}
	return nil
}

// --- what went wrong ---

func (t *transport) isRefused() bool { return time.Now().Before(t.refusedUntil) }

// failed is what an error means for what it came of. What GitHub refused to one error it refuses to all, but for a text it
// does not take.
func (t *transport) failed(err error) values.Outcome {
	var (
		later   *web.Later
		refused *never
	)
	switch {
	case errors.As(err, &later):
		// At the end of a process it is only slow.
		if later.Unreachable && !t.client.Hurried() {
			t.warn("github unreachable", "GitHub cannot be reached ("+later.Why+"). Errors are kept, and sent when it can. Check "+
				"the option APIURL, and the network: the environment's HTTPS_PROXY and SSL_CERT_FILE are used.")
		}
		return values.Later
	case errors.As(err, &refused):
		if refused.status != 422 {
			t.refusedUntil = time.Now().Add(refusedFor)
		}
	case errors.Is(err, errGone):
		return values.Later
	default:
		t.warn("github failed", "an error could not be made an issue: "+redact.New(nil).Text(err.Error()))
	}
	return values.Never
}
