package github

import (
	"errors"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/decide"
	"github.com/splat-heal/splat/sdk/go/internal/issue"
	"github.com/splat-heal/splat/sdk/go/internal/shrink"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/web"
)

const (
	regression     = "regression"
	again          = "Seen again after this was closed."
	againInRelease = "Seen again in a release that was not known when this was closed."
	// orphanFor is how many milliseconds a count waits for an issue to be there.
	orphanFor = 3_600_000
)

// isShared tells decisions that several processes may come to at once, each of which would show.
func isShared(of decide.Decision) bool { return of.Do == decide.Create || of.Do == decide.Regression }

// filing does what was decided (D4 to D7). Its methods answer with *web.Later and *never.
type filing struct {
	*repository
	config   Config
	mayLabel bool
	summary  summary
	created  []owed // by this process, and not followed up yet (D8)
}

func newFiling(of *repository, config Config) *filing {
	return &filing{
		repository: of, config: config, mayLabel: of.notes.mayLabel(config.Token),
		summary: summary{signatures: map[string]bool{}},
	}
}

// decideOn is D5 for a group, over the index as it is.
func (f *filing) decideOn(of *group) (decide.Decision, error) {
	return f.decide(of.sighting(), of.signature != values.NoSignature)
}

// do does what was decided. Create and Regression are for who holds the claim.
func (f *filing) do(of *group, decision decide.Decision) (values.Outcome, error) {
	isOpen := decision.Do == decide.Add || decision.Do == decide.Wait
	if isOpen && f.isFrom(of, decision.Number) {
		return f.adopt(of, decision.Number)
	}
	switch {
	case decision.Do == decide.Add, decision.Do == decide.Regression:
		outcome, err := f.write(of, decision)
		if errors.Is(err, errGone) {
			f.index.forget(decision.Number)
			return values.Later, nil
		}
		return outcome, err
	case decision.Do == decide.Create && of.canMake():
		return f.create(of)
	case decision.Do == decide.Create, decision.Do == decide.Hold:
		return f.withoutIssue(of), nil
	case decision.Do == decide.Wait:
		return values.Later, nil
	}
	return values.Delivered, nil
}

// isFrom tells whether the issue was made of this very report: by a request whose answer got lost.
func (f *filing) isFrom(of *group, number int64) bool {
	body, has := f.index.bodies[number]
	return has && of.report != nil && strings.Contains(body, `"id":"`+values.Text(of.report, "id")+`"`)
}

// adopt: the report is counted already. What else is in the group is not, and D8 may not be done.
func (f *filing) adopt(of *group, number int64) (values.Outcome, error) {
	known, err := f.adopted(number)
	if err != nil {
		return values.Later, err
	}
	body, _, err := f.body(number)
	if err != nil {
		return values.Later, err
	}
	_, whole, err := f.text(of)
	if err != nil {
		return values.Later, err
	}
	if known.isUntouched() {
		f.owe(owed{number, of.signature})
	}
	if len(of.beside) > 0 && body != whole {
		if text, is := countedIn(body, of.beside); is {
			_, err = f.change(number, object{"body": text})
		}
	}
	return values.Delivered, err
}

func (f *filing) owe(of owed) {
	f.created = append(f.created, of)
	f.notes.owe(of)
}

// write counts in an issue, and opens it again when it is a regression (D6). The release joins the block, or it would be a
// regression again once this is closed.
func (f *filing) write(of *group, decided decide.Decision) (values.Outcome, error) {
	body, wasRead, err := f.body(decided.Number)
	if err != nil {
		return values.Later, err
	}
	if wasRead {
		if now, err := f.decideOn(of); err != nil || now != decided {
			return values.Later, err // what was read now is not what was decided on
		}
	}
	fields := object{}
	if text, is := countedIn(body, of.times); is {
		fields["body"] = text
	}
	if decided.Do == decide.Regression {
		return f.reopen(of, decided.Number, fields)
	}
	if len(fields) > 0 {
		_, err = f.change(decided.Number, fields)
	}
	return values.Delivered, err
}

func (f *filing) reopen(of *group, number int64, fields object) (values.Outcome, error) {
	known, err := f.known(number)
	if err != nil {
		return values.Later, err
	}
	fields["state"] = "open"
	if !decide.Has(lower(known.Labels), regression) {
		fields["labels"] = append(known.Labels[:len(known.Labels):len(known.Labels)], regression)
	}
	if _, err := f.change(number, fields); err != nil {
		return values.Later, err
	}
	said := again
	if of.sighting().Release != "" && len(known.Releases) > 0 {
		said = againInRelease
	}
	return values.Delivered, f.comment(number, said)
}

// lower are labels as GitHub tells them apart.
func lower(labels []string) []string {
	made := make([]string, len(labels))
	for index, each := range labels {
		made[index] = strings.ToLower(each)
	}
	return made
}

func (f *filing) withoutIssue(of *group) values.Outcome {
	if of.canMake() || f.summary.signatures[of.signature] {
		f.summary.hold(of)
		return values.Delivered
	}
	// Its report may be under way in another process.
	if f.client.Now().UnixMilli()-of.sighting().At < orphanFor {
		return values.Later
	}
	return values.Delivered
}

// --- a new issue ---

// create makes T2's tries, each with a new look: an answer that got lost may have been an issue.
func (f *filing) create(of *group) (values.Outcome, error) {
	for _, backoff := range web.Backoff {
		outcome, err := f.post(of)
		if !isLater(err) {
			return outcome, err
		}
		pause := max(web.Spread(backoff), f.client.SilentFor())
		if pause > web.LongestWait {
			return outcome, err
		}
		if err := f.client.Wait(pause, "the issue could not be created"); err != nil {
			return values.Later, err
		}
		if err := f.refresh(map[string]bool{of.signature: true}); err != nil {
			return values.Later, err
		}
		decision, err := f.decideOn(of)
		if err != nil {
			return values.Later, err
		}
		if decision.Do != decide.Create {
			return f.do(of, decision)
		}
	}
	return f.post(of)
}

func (f *filing) post(of *group) (values.Outcome, error) {
	if !f.mayLabel {
		f.warnOfLabels()
		return values.Never, nil
	}
	title, body, err := f.text(of)
	if err != nil {
		return values.Never, err
	}
	labels := []string{decide.Label}
	for _, each := range f.config.Labels {
		if name := strings.ToLower(each); name != decide.Label && name != strings.ToLower(f.config.TriggerLabel) {
			labels = append(labels, each)
		}
	}
	made, err := f.repository.create(title, body, labels, of.report != nil)
	if err != nil {
		return values.Later, err
	}
	if !decide.Has(lower(made.Labels), decide.Label) {
		f.mayLabel = false
		f.notes.cannotLabel(f.config.Token)
		f.warnOfLabels()
		return values.Delivered, nil
	}
	f.owe(owed{made.Number, of.signature})
	return values.Delivered, nil
}

func (f *filing) text(of *group) (title, body string, err error) {
	if of.report == nil {
		return summaryTitle, summaryBody(of), nil
	}
	report, err := f.shown(of.report)
	if err != nil {
		return "", "", err
	}
	body, err = issue.Body(report, false)
	if counted, is := countedIn(body, of.beside); is {
		body = counted
	}
	return issue.Title(report), body, err
}

// shown is the report as this repository may show it (I9). Who can read it is asked only where that matters.
func (f *filing) shown(report values.Report) (values.Report, error) {
	var hidden []string
	if !f.config.PublicLogs {
		hidden = append(hidden, "logs", "breadcrumbs")
	}
	if !f.config.PublicRequest {
		hidden = append(hidden, "request")
	}
	shown := shrink.Without(report, hidden...)
	less := len(shown) < len(report)
	if !f.config.PublicLocals {
		shown = shrink.EachFrame(shown, func(frame object) object {
			bare := shrink.Without(frame, "locals")
			less = less || len(bare) < len(frame)
			return bare
		})
	}
	if !less {
		return report, nil
	}
	if public, err := f.isPublic(); err != nil || !public {
		return report, err
	}
	return shown, nil
}

func (f *filing) warnOfLabels() {
	f.warn("github labels", "GitHub dropped the labels of the issue that was created in "+f.config.Repo+": the account of this "+
		"token may not label there, so its issues cannot be found again. No more issues are created. Give the "+
		"account the role Triage or Write, or take a token that has read and write access to issues.")
}

func isLater(err error) bool {
	var later *web.Later
	return errors.As(err, &later)
}
