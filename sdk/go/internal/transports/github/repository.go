package github

import (
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/decide"
	"github.com/splat-heal/splat/sdk/go/internal/web"
)

const (
	// fresh is how long an issue that this process created, or a listing, stands for the body as just read.
	fresh         = 15 * time.Second
	publicFor     = time.Hour
	mostWritten   = 20
	mostOwnWrites = 2_000
	// touched is the milliseconds after which a change is no part of the creation: GitHub's times are whole seconds.
	touched = 1_000
)

// written is the body of an issue that this process created, as it was answered.
type written struct {
	body string
	at   time.Time
}

// repository is what one process knows of the repository it reports to, and what it wrote there. Methods that ask GitHub
// answer with *web.Later and *never.
type repository struct {
	*api
	index     *index
	notes     *notes
	reporters map[int64]bool

	askedOwn  bool
	ownWrites map[int64]int64 // an issue's number to the updated_at that we were answered when we last wrote there
	written   map[int64]written
	made      []time.Time
	isOpen    bool // everyone can read it
	openAsked time.Time
}

func newRepository(config Config) (*repository, error) {
	api, err := newAPI(config)
	if err != nil {
		return nil, err
	}
	made := &repository{
		api: api, index: newIndex(api), notes: newNotes(config.Folder), ownWrites: map[int64]int64{}, written: map[int64]written{},
	}
	made.reporters = made.notes.reporters()
	for _, each := range config.Reporters {
		made.reporters[each] = true
	}
	return made, nil
}

// --- reading ---

// refresh is D1, and D2: who we are is asked when a marked issue might be our own.
func (r *repository) refresh(wanted map[string]bool) error {
	if err := r.index.refresh(wanted); err != nil || r.askedOwn {
		return err
	}
	strangers := false
	for _, each := range r.index.issues {
		strangers = strangers || each.Signature != "" && !r.reporters[each.Author]
	}
	if !strangers {
		return nil
	}
	own, err := r.ownID()
	if err != nil {
		return err
	}
	r.askedOwn = true
	if own != 0 {
		r.met(own)
	} else if len(r.reporters) == 0 {
		r.warn("github reporters", "this token may not ask which account it belongs to, so earlier issues of it cannot be told "+
			"from a stranger's, and a bug may get a second issue, which is closed again. Give the option Reporters "+
			"the numeric id of the account (for Actions: 41898282).")
	}
	return nil
}

// decide is D5 over the index as it is; capped unless the hour's limits do not count. It asks for the canonical issue of
// a closed duplicate that names none.
func (r *repository) decide(seen decide.Sighting, capped bool) (decide.Decision, error) {
	now := r.client.Now().UnixMilli()
	recent := r.made[:0]
	for _, each := range r.made {
		if time.Since(each) < time.Hour {
			recent = append(recent, each)
		}
	}
	r.made = recent
	around := decide.Surroundings{Reporters: r.reporters, Now: now, OwnWrites: r.ownWrites}
	if capped {
		around.Created = len(recent)
		around.CreatedHere = r.index.createdSince(now-time.Hour.Milliseconds(), r.reporters)
	}
	var failed error
	around.CanonicalOf = func(issue decide.Listed) int64 {
		canonical, err := r.canonical(issue.Number)
		if err != nil {
			failed = err
		}
		return canonical
	}
	return decide.Decide(seen, r.index.all(), around), failed
}

func (r *repository) canonical(number int64) (int64, error) {
	if issue := r.index.issues[number]; issue.canonicalAsked {
		return issue.canonical, nil
	}
	found, err := r.canonicalOf(number)
	if isLater(err) {
		return 0, nil // silence about one bug, but the others go on
	}
	if err == nil {
		r.index.learnCanonical(number, found)
	}
	return found, err
}

// isPublic is I9; asked once an hour.
func (r *repository) isPublic() (bool, error) {
	if r.openAsked.IsZero() || time.Since(r.openAsked) > publicFor {
		public, err := r.api.isPublic()
		if err != nil {
			return true, err
		}
		r.isOpen, r.openAsked = public, time.Now()
	}
	return r.isOpen, nil
}

// atHand is the body of an issue that we created a moment ago: what a burst adds at the end costs one request, not two.
// One that was there before may be read by somebody who edits it, right after we wrote too.
func (r *repository) atHand(number int64) (string, bool) {
	was, has := r.written[number]
	return was.body, has && time.Since(was.at) < fresh
}

// body is the issue's text as just read, and whether the issue was read for this.
func (r *repository) body(number int64) (text string, wasRead bool, err error) {
	text, has := r.atHand(number)
	if !has && r.index.isYounger(fresh) {
		text, has = r.index.bodies[number]
	}
	if has {
		return text, false, nil
	}
	entry, err := r.issue(number)
	if err != nil {
		return "", false, err
	}
	if _, is := r.index.learn(entry); !is {
		return "", false, &web.Later{Why: "the answer is no issue"}
	}
	return bodyOf(entry), true, nil
}

// known is the issue as the index knows it.
func (r *repository) known(number int64) (known, error) {
	issue, has := r.index.issues[number]
	if !has {
		return issue, &web.Later{Why: "the issue is not in the index"}
	}
	return issue, nil
}

// --- writing ---

// wrote takes over the answer to a write: what we did is no reason to wait (D5).
func (r *repository) wrote(entry any, err error) (known, error) {
	if err != nil {
		return known{}, err
	}
	issue, is := r.index.learn(entry)
	if !is {
		return issue, &web.Later{Why: "the answer to a write is no issue"}
	}
	if len(r.ownWrites) >= mostOwnWrites {
		r.ownWrites = map[int64]int64{} // an issue is left alone for five minutes, no more comes of it
	}
	r.ownWrites[issue.Number] = issue.UpdatedAt
	if _, has := r.written[issue.Number]; has {
		r.written[issue.Number] = written{bodyOf(entry), time.Now()}
	}
	return issue, nil
}

// adopted is an issue that turned out to be ours: its last write was.
func (r *repository) adopted(number int64) (known, error) {
	issue, err := r.known(number)
	if err == nil && issue.isUntouched() {
		r.ownWrites[number] = issue.UpdatedAt
	}
	return issue, err
}

// isUntouched tells whether nobody wrote to it since it was created.
func (k known) isUntouched() bool { return k.UpdatedAt-k.createdAt <= touched }

// change is PATCH of an issue.
func (r *repository) change(number int64, fields object) (known, error) {
	return r.wrote(r.api.change(number, fields))
}

// create is a new issue; it counts against the limit of D5 unless it is the one about too many.
func (r *repository) create(title, body string, labels []string, counts bool) (known, error) {
	entry, err := r.api.create(title, body, labels)
	issue, err := r.wrote(entry, err)
	if err != nil {
		return issue, err
	}
	if len(r.written) >= mostWritten {
		for number, each := range r.written {
			if time.Since(each.at) >= fresh || len(r.written) >= 2*mostWritten {
				delete(r.written, number)
			}
		}
	}
	r.written[issue.Number] = written{bodyOf(entry), time.Now()}
	r.met(issue.Author)
	if counts {
		r.made = append(r.made, time.Now())
	}
	return issue, nil
}

// met says that an account is ours: it answered for the token, or for an issue that we made.
func (r *repository) met(account int64) {
	if account != 0 && !r.reporters[account] {
		r.reporters[account] = true
		r.notes.addReporter(account)
	}
}
