package redact

import (
	"errors"
	"sort"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/plain"
	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// ErrReport is a report that may still hold secrets, and goes nowhere. It quotes nothing of it.
var ErrReport = errors.New("a report could not be redacted")

// Value is a plain copy of any value without its secrets (X10). What fails is Mark.
func (r *Redactor) Value(value any) (made any) {
	defer func() {
		if recover() != nil {
			made = Mark
		}
	}()
	return r.plain(plain.Copy(value))
}

func (r *Redactor) plain(value any) any {
	switch value := value.(type) {
	case string:
		return r.Text(value)
	case []any:
		made := make([]any, len(value))
		for index, each := range value {
			made[index] = r.plain(each)
		}
		if len(value) == 2 {
			if name, is := value[0].(string); is && r.Names.Tells(name) {
				made[1] = hidden(value[1])
			}
		}
		return made
	case map[string]any:
		return r.mapping(value)
	}
	return value
}

func (r *Redactor) mapping(mapping map[string]any) map[string]any {
	labelled := r.Names.Tells(label(mapping))
	made := make(map[string]any, len(mapping))
	for _, key := range sorted(mapping) {
		each := mapping[key]
		if r.Names.Tells(key) || labelled && text.Lower(key) == "value" {
			made[r.Text(key)] = hidden(each)
		} else {
			made[r.Text(key)] = r.plain(each)
		}
	}
	return made
}

// sorted are the keys in their order: where two are the same once they are redacted, the last one stays each time.
func sorted(mapping map[string]any) []string {
	keys := make([]string, 0, len(mapping))
	for key := range mapping {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// label is what a mapping says its `value` is. Fields of Go's begin with a capital letter.
func label(mapping map[string]any) string {
	for _, key := range [...]string{"name", "Name", "key", "Key"} {
		if label, is := mapping[key].(string); is {
			return label
		}
	}
	return ""
}

// hidden tells of what is hidden only that it is nothing, true, false or empty (X10).
func hidden(value any) any {
	switch each := value.(type) {
	case nil, bool:
		return value
	case string:
		if each == "" {
			return value
		}
	case []any:
		if len(each) == 0 {
			return value
		}
	case map[string]any:
		if len(each) == 0 {
			return value
		}
	}
	return Mark
}

// Report is the report without its secrets, a copy. An error means that it is to be dropped (X11).
func (r *Redactor) Report(report values.Report) (made values.Report, err error) {
	defer func() {
		if recover() != nil {
			// What went wrong may quote what was to be hidden.
			made, err = nil, ErrReport
		}
	}()
	return (&walk{r}).fields(report, reportHandlers), nil
}

// walk is the way through a report: which part is redacted how.
type walk struct{ *Redactor }

type (
	handler  func(w *walk, value any) any
	handlers map[string]handler
)

var (
	frameHandlers     handlers
	exceptionHandlers handlers
	recordHandlers    handlers
	requestHandlers   handlers
	timesHandlers     handlers
	reportHandlers    handlers
)

func init() { // a table that names the functions that read it cannot be a variable's value
	frameHandlers = handlers{
		"path": (*walk).source, "function": (*walk).source, "source": (*walk).source,
		"pre_context": (*walk).lines, "post_context": (*walk).lines, "locals": (*walk).locals,
		"line": (*walk).text, "column": (*walk).text, "in_app": (*walk).text,
	}
	exceptionHandlers = handlers{
		"type": (*walk).source, "message": (*walk).text, "relation": (*walk).text, "parent": (*walk).text,
		"frames": func(w *walk, value any) any { return w.parts(value, frameHandlers) },
	}
	recordHandlers = handlers{
		"message": (*walk).text, "level": (*walk).text, "logger": (*walk).text, "category": (*walk).text,
		"time": (*walk).time,
	}
	requestHandlers = handlers{
		"method": (*walk).text, "route": (*walk).text, "path": (*walk).text, "body": (*walk).text,
		"query":   func(w *walk, value any) any { return w.named(value, w.Names.TellsInQuery) },
		"headers": func(w *walk, value any) any { return w.named(value, w.Names.Tells) },
	}
	timesHandlers = handlers{"time": (*walk).time, "first_seen": (*walk).time, "last_seen": (*walk).time}
	records := func(w *walk, value any) any { return w.parts(value, recordHandlers) }
	times := func(w *walk, value any) any { return w.part(value, timesHandlers) }
	reportHandlers = handlers{
		"exceptions": func(w *walk, value any) any { return w.parts(value, exceptionHandlers) },
		"request":    func(w *walk, value any) any { return w.part(value, requestHandlers) },
		"logs":       records, "breadcrumbs": records, "occurrences": times, "deploy": times,
		"root": (*walk).source, "time": (*walk).time, "dependencies": (*walk).versions,
		"signature": digits(16), "id": digits(32), "trace_id": digits(32),
	}
}

// fields is a mapping whose keys the report's schema names; others are X10's.
func (w *walk) fields(part map[string]any, known handlers) map[string]any {
	made := make(map[string]any, len(part))
	for _, key := range sorted(part) {
		value := part[key]
		if handle := known[key]; handle != nil {
			made[key] = handle(w, value)
			continue
		}
		shown := w.Value(value)
		if w.Names.Tells(key) {
			shown = hidden(shown)
		}
		made[w.Text(key)] = shown
	}
	return made
}

func (w *walk) part(value any, known handlers) any {
	if part, is := values.AsMap(value); is {
		return w.fields(part, known)
	}
	return w.Value(value)
}

func (w *walk) parts(value any, known handlers) any {
	return w.each(value, func(each any) any { return w.part(each, known) })
}

func (w *walk) lines(value any) any { return w.each(value, w.source) }

func (w *walk) each(value any, change func(any) any) any {
	list, is := values.AsList(value)
	if !is {
		return w.Value(value)
	}
	made := make([]any, len(list))
	for index, each := range list {
		made[index] = change(each)
	}
	return made
}

func (w *walk) text(value any) any { return w.Value(value) }

func (w *walk) source(value any) any {
	if of, is := value.(string); is {
		return w.Source(of)
	}
	return w.Value(value)
}

// named is a mapping from names to texts: headers, a query.
func (w *walk) named(value any, tells func(string) bool) any {
	part, is := values.AsMap(value)
	if !is {
		return w.Value(value)
	}
	made := make(map[string]any, len(part))
	for _, name := range sorted(part) {
		each := w.Value(part[name])
		if tells(name) {
			each = hidden(each)
		}
		made[w.Text(name)] = each
	}
	return made
}

// locals keeps that one is nothing: worth knowing, and no secret.
func (w *walk) locals(value any) any {
	return w.keeping(value, func(each string) bool { return each == "nothing" || each == "nil" })
}

// versions keeps what is installed: a package's version is no token, whatever its name.
func (w *walk) versions(value any) any { return w.keeping(value, isVersion) }

func (w *walk) keeping(value any, keeps func(string) bool) any {
	made := w.named(value, w.Names.Tells)
	part, is := values.AsMap(value)
	if !is {
		return made
	}
	for name, each := range part {
		if of, is := each.(string); is && keeps(of) {
			made.(map[string]any)[name] = of
		}
	}
	return made
}

// isVersion tells what has the form v?[0-9]+\.[0-9A-Za-z.+!_-]{1,60}.
func isVersion(text string) bool {
	text = strings.TrimPrefix(text, "v")
	end := digitSet.run(text, 0, 0)
	if end == 0 || end == len(text) || text[end] != '.' {
		return false
	}
	behind := versionSet.run(text, end+1, 60)
	return behind > end+1 && behind == len(text)
}

var versionSet = setOf("0-9A-Za-z.+!_-")

// What the SDK itself writes in exactly its form holds no secret; sixteen digits of a signature could pass for a card.

func (w *walk) time(value any) any {
	if of, is := value.(string); is && isTime(of) {
		return of
	}
	return w.Value(value)
}

// isTime tells RFC 3339 with upper-case letters.
func isTime(text string) bool {
	const form = "0000-00-00T00:00:00"
	if len(text) <= len(form) || !looksLike(text[:len(form)], form) {
		return false
	}
	rest := text[len(form):]
	if rest[0] == '.' {
		end := digitSet.run(rest, 1, 9)
		if end == 1 {
			return false
		}
		rest = rest[end:]
	}
	return rest == "Z" || looksLike(rest, "+00:00") || looksLike(rest, "-00:00")
}

func looksLike(text, form string) bool {
	if len(text) != len(form) {
		return false
	}
	for at := range form {
		if form[at] == '0' && !isDigit(text[at]) || form[at] != '0' && form[at] != text[at] {
			return false
		}
	}
	return true
}

func digits(length int) handler {
	hexadecimal := setOf("0-9a-f")
	return func(w *walk, value any) any {
		if of, is := value.(string); is && len(of) == length && hexadecimal.run(of, 0, 0) == length {
			return of
		}
		return w.Value(value)
	}
}
