// Package limits lets no text, list, value or report grow beyond what can be kept, sent and read (L).
package limits

import (
	"sort"

	"github.com/splat-heal/splat/sdk/go/internal/canonical"
	"github.com/splat-heal/splat/sdk/go/internal/shrink"
	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// MaxReport is a report's canonical JSON, in bytes (L5).
const MaxReport = 1_000_000

// L2, L4, and what the schema allows.
const (
	messages, lines, others, versions                   = 5_000, 500, 1_000, 200
	maxLogs, maxBreadcrumbs, maxExceptions              = 500, 100, 50
	maxFrames, outerFrames, innerFrames                 = 200, 50, 150
	maxLines, maxLocals, maxContexts, maxTextsOf, maxOf = 50, 500, 100, 1_000, 2_000
)

type (
	part    = map[string]any
	limits  map[string]int
	handler func(w *walk, value any) any
)

var (
	ofFrame     = limits{"path": lines, "function": lines, "source": lines}
	ofException = limits{"type": lines, "message": messages}
	ofRecord    = limits{"message": messages}
	ofRequest   = limits{"path": lines, "body": messages}
)

// Report is L2, L4 and L5 over a redacted report; `truncated` of the result, a copy, names what was cut.
func Report(report values.Report) values.Report {
	made := (&walk{}).report(report)
	sizeOf := func(report values.Report) int { return canonical.Size(report, MaxReport) }
	return shrink.Shrink(made, sizeOf, MaxReport)
}

// walk is one report's way through L2 and L4.
type walk struct{ cut []any }

func (w *walk) report(report values.Report) values.Report {
	inner := func(w *walk, value any) any { return w.part(value, nil, nil) }
	made := w.fields(report, nil, map[string]handler{
		"exceptions":   (*walk).exceptions,
		"logs":         func(w *walk, value any) any { return w.records(value, "log entries", maxLogs) },
		"breadcrumbs":  func(w *walk, value any) any { return w.records(value, "breadcrumb entries", maxBreadcrumbs) },
		"contexts":     (*walk).contexts,
		"tags":         func(w *walk, value any) any { return w.texts(value, messages, maxTextsOf) },
		"request":      (*walk).request,
		"dependencies": func(w *walk, value any) any { return w.texts(value, versions, maxOf) },
		"truncated":    func(_ *walk, value any) any { return value },
		"sdk":          inner, "deploy": inner, "occurrences": inner,
	}, others)
	names := []any{}
	for _, name := range append(values.List(report, "truncated"), w.cut...) {
		if of, is := name.(string); is && !has(names, text.Cut(of, maxKey)) {
			names = append(names, text.Cut(of, maxKey))
		}
	}
	delete(made, "truncated")
	if len(names) > 0 {
		made["truncated"] = names[:min(len(names), maxEntries)]
	}
	return made
}

func has(names []any, wanted any) bool {
	for _, name := range names {
		if name == wanted {
			return true
		}
	}
	return false
}

func (w *walk) note(what string) {
	if !has(w.cut, what) {
		w.cut = append(w.cut, what)
	}
}

func (w *walk) text(of string, limit int) string {
	if text.Longer(of, limit) {
		w.note("long texts")
	}
	return text.Cut(of, limit)
}

// value is what no rule names: bounded as any value of the user's.
func (w *walk) value(value any) any {
	made, cut := limited(value)
	if cut {
		w.note("large values")
	}
	return made
}

// fields is a mapping whose texts have limits, else other, and whose further values have handlers of their own.
func (w *walk) fields(of part, each limits, own map[string]handler, other int) part {
	made := make(part, len(of))
	for _, key := range sorted(of) {
		value := of[key]
		limit, known := each[key]
		if !known {
			limit = other
		}
		handle := own[key]
		switch whole, isText := value.(string); {
		case isText:
			value = w.text(whole, limit)
		case value == nil:
		case handle != nil:
			value = handle(w, value)
		default:
			value = w.value(value)
		}
		made[w.text(key, maxKey)] = value
	}
	return made
}

func (w *walk) part(value any, each limits, own map[string]handler) any {
	if of, is := values.AsMap(value); is {
		return w.fields(of, each, own, others)
	}
	return w.value(value)
}

// texts is a mapping from names to texts.
func (w *walk) texts(value any, limit, most int) any {
	of, is := values.AsMap(value)
	if !is {
		return w.value(value)
	}
	return w.fields(w.first(of, most), nil, nil, limit)
}

// first are the first so many in the order of their names.
func (w *walk) first(of part, most int) part {
	if len(of) <= most {
		return of
	}
	w.note("further names")
	made := make(part, most)
	for _, key := range sorted(of)[:most] {
		made[key] = of[key]
	}
	return made
}

// sorted are the keys in their order, so that what was cut is named in the same order each time.
func sorted(of part) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func (w *walk) exceptions(value any) any {
	list, is := values.AsList(value)
	if !is {
		return w.value(value)
	}
	if len(list) > maxExceptions {
		w.note("chained exceptions")
		list = list[:maxExceptions]
	}
	own := map[string]handler{"frames": (*walk).frames}
	return each(list, func(value any) any { return w.part(value, ofException, own) })
}

func (w *walk) frames(value any) any {
	list, is := values.AsList(value)
	if !is {
		return w.value(value)
	}
	if len(list) > maxFrames {
		w.note("middle frames")
		list = append(append([]any{}, list[:outerFrames]...), list[len(list)-innerFrames:]...)
	}
	own := map[string]handler{
		"pre_context": (*walk).lines, "post_context": (*walk).lines,
		"locals": func(w *walk, value any) any { return w.texts(value, messages, maxLocals) },
	}
	return each(list, func(value any) any { return w.part(value, ofFrame, own) })
}

func (w *walk) lines(value any) any {
	list, is := values.AsList(value)
	if !is {
		return w.value(value)
	}
	return each(list[:min(len(list), maxLines)], func(value any) any {
		if line, is := value.(string); is {
			return w.text(line, lines)
		}
		return w.value(value)
	})
}

func (w *walk) records(value any, name string, most int) any {
	list, is := values.AsList(value)
	if !is {
		return w.value(value)
	}
	if len(list) > most {
		w.note(name)
		list = list[len(list)-most:]
	}
	return each(list, func(value any) any { return w.part(value, ofRecord, nil) })
}

// contexts are values of their own each: a large one takes no room from the others.
func (w *walk) contexts(value any) any {
	of, is := values.AsMap(value)
	if !is {
		return w.value(value)
	}
	made := part{}
	of = w.first(of, maxContexts)
	for _, name := range sorted(of) {
		made[w.text(name, maxKey)] = w.value(of[name])
	}
	return made
}

func (w *walk) request(value any) any {
	texts := func(w *walk, value any) any { return w.texts(value, others, maxTextsOf) }
	return w.part(value, ofRequest, map[string]handler{"query": texts, "headers": texts})
}

func each(list []any, change func(value any) any) []any {
	made := make([]any, len(list))
	for index, value := range list {
		made[index] = change(value)
	}
	return made
}
