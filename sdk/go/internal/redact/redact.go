// Package redact takes out what is secret, before anything leaves the process or reaches a disk (rules K and X).
//
//	names.go      what a name tells about its value       K
//	tokens.go     private keys, Bearer, URL userinfo      X2, X4, X5
//	shapes.go     published tokens                        X3
//	named.go      values behind a name and a separator    X6
//	arguments.go  command lines and elements              X7, X8
//	cards.go      card numbers                            X9
//	report.go     values of any shape, and a whole report X10, X11
//	scan.go       the scanners that read each text once, whatever it is (X12)
package redact

import (
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/text"
)

// Mark stands in the place of what was found.
const Mark = "[REDACTED]"

var lowerMark = text.Lower(Mark)

const (
	maxText      = 100_000 // a text is cut to so many code points before it is redacted
	lostAtTheEnd = 512     // and then loses its last ones: a secret may begin there
)

// Redactor redacts with the names of one user. It holds nothing of what it redacts and may be used by several goroutines.
type Redactor struct{ Names *Names }

// New takes the names that tell besides those of K2.
func New(extra []string) *Redactor { return &Redactor{NewNames(extra)} }

// Text is a text without its secrets. What fails is Mark.
func (r *Redactor) Text(of string) string { return r.redact(of, false) }

// Source is the same for program text and what is named in it: types, paths, functions, source and context lines.
func (r *Redactor) Source(of string) string { return r.redact(of, true) }

func (r *Redactor) redact(of string, source bool) (made string) {
	defer func() {
		if recover() != nil {
			made = Mark
		}
	}()
	of = text.Valid(of)
	if text.Longer(of, maxText) {
		made = r.steps(text.First(of, maxText), source)
		return text.First(made, text.Len(made)-lostAtTheEnd) + text.CutMark
	}
	return r.steps(of, source)
}

// steps are X2 to X9, each over the whole result of the one before.
func (r *Redactor) steps(of string, source bool) string {
	if strings.Contains(of, pemBegin) {
		of = hidePrivateKeys(of)
	}
	of = hideBearer(hidePublished(of))
	if strings.Contains(of, "://") {
		of = hideUserinfo(of, source)
	}
	if strings.ContainsAny(of, "=:") {
		of = named{of, r.Names, source}.hide()
	}
	if !source && strings.Contains(of, "-") {
		of = hideCredentials(hideArguments(of, r.Names))
	}
	if strings.Contains(of, "</") {
		of = hideElements(of, r.Names)
	}
	return hideCards(of)
}
