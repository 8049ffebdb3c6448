// Package shrink is what a report gives up, least useful first, until it fits (I8, L5).
package shrink

import (
	"reflect"

	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// maxNames is how many names `truncated` may hold.
const maxNames = 100

type part = map[string]any

// step gives a smaller report, or one that is the same.
type step struct {
	name string
	do   func(report values.Report) values.Report
}

// steps is a function, for one of them asks for their names.
func steps() []step {
	return []step{
		{"breadcrumbs", last("breadcrumbs", 20)},
		{"logs", last("logs", 50)},
		{"unknown keys", dropUnknown},
		{"dependencies", drop("dependencies")},
		{"context lines", dropOfFrames("pre_context", "post_context")},
		{"all breadcrumbs", drop("breadcrumbs")},
		{"log messages", shortenLogs},
		{"contexts", drop("contexts")},
		{"locals", dropOfFrames("locals")},
		{"request data", dropRequestData},
		{"frames", shortenFrames},
		{"exceptions", firstExceptions},
		{"all logs", drop("logs")},
		{"messages", shortenMessages},
		{"tags", drop("tags")},
		{"all but the crash", keepTheCrash},
	}
}

func setOf(names ...string) map[string]bool {
	made := map[string]bool{}
	for _, name := range names {
		made[name] = true
	}
	return made
}

var (
	crashKeys = setOf("schema", "id", "time", "runtime", "exceptions", "sdk", "service", "environment", "release", "root",
		"signature", "runtime_version", "platform", "trace_id", "deploy", "occurrences", "truncated")
	furtherKeys    = setOf("dependencies", "request", "logs", "breadcrumbs", "contexts", "tags")
	crashException = setOf("type", "message", "relation", "parent")
	crashFrame     = setOf("path", "line", "column", "function", "in_app", "source")
	crashInner     = setOf("name", "version", "id", "time", "count", "first_seen", "last_seen")
)

// Shrink is the report where sizeOf says at most limit; else what is left of it after as few steps as that takes.
// `truncated` of the result names the steps. The last one is taken even when its result is still too large.
func Shrink(report values.Report, sizeOf func(values.Report) int, limit int) values.Report {
	if sizeOf(report) <= limit {
		return report
	}
	for _, each := range steps() {
		smaller := each.do(report)
		if reflect.DeepEqual(smaller, report) {
			continue
		}
		names := []any{}
		for _, name := range values.List(smaller, "truncated") {
			if name != each.name {
				names = append(names, name)
			}
		}
		names = append(names, each.name)
		report = with(smaller, "truncated", names[max(0, len(names)-maxNames):])
		if sizeOf(report) <= limit {
			break
		}
	}
	return report
}

// StepsIn are the steps that a report names as taken, in the order in which it names them.
func StepsIn(report values.Report) []string {
	var made []string
	for _, name := range values.List(report, "truncated") {
		for _, each := range steps() {
			if name == each.name {
				made = append(made, each.name)
			}
		}
	}
	return made
}

// Without is the part without some keys; the part itself when it has none of them.
func Without(of part, names ...string) part {
	gone := setOf(names...)
	return filtered(of, func(key string) bool { return !gone[key] })
}

func filtered(of part, keeps func(key string) bool) part {
	made := make(part, len(of))
	for key, value := range of {
		if keeps(key) {
			made[key] = value
		}
	}
	if len(made) == len(of) {
		return of
	}
	return made
}

func with(of part, key string, value any) part {
	made := make(part, len(of)+1)
	for each, old := range of {
		made[each] = old
	}
	made[key] = value
	return made
}

// EachFrame is the report with change done to each frame.
func EachFrame(report values.Report, change func(frame part) part) values.Report {
	return eachTrace(report, func(frames []any) []any { return each(frames, change) })
}

func eachTrace(report values.Report, change func(frames []any) []any) values.Report {
	return eachException(report, func(exception part) part {
		if frames := values.List(exception, "frames"); len(frames) > 0 {
			return with(exception, "frames", change(frames))
		}
		return exception
	})
}

func eachException(report values.Report, change func(exception part) part) values.Report {
	return with(report, "exceptions", each(values.List(report, "exceptions"), change))
}

func each(list []any, change func(of part) part) []any {
	made := make([]any, len(list))
	for index, value := range list {
		made[index] = value
		if of, is := values.AsMap(value); is {
			made[index] = change(of)
		}
	}
	return made
}

func drop(names ...string) func(values.Report) values.Report {
	return func(report values.Report) values.Report { return Without(report, names...) }
}

func last(name string, most int) func(values.Report) values.Report {
	return func(report values.Report) values.Report {
		if entries := values.List(report, name); len(entries) > most {
			return with(report, name, entries[len(entries)-most:])
		}
		return report
	}
}

func dropOfFrames(names ...string) func(values.Report) values.Report {
	return func(report values.Report) values.Report {
		return EachFrame(report, func(frame part) part { return Without(frame, names...) })
	}
}

func dropUnknown(report values.Report) values.Report {
	return filtered(report, func(key string) bool { return crashKeys[key] || furtherKeys[key] })
}

func shortenLogs(report values.Report) values.Report {
	logs := values.List(report, "logs")
	if len(logs) == 0 {
		return report
	}
	return with(report, "logs", each(logs[max(0, len(logs)-20):], func(entry part) part {
		return with(entry, "message", text.Cut(values.Text(entry, "message"), 200))
	}))
}

func dropRequestData(report values.Report) values.Report {
	if request := values.Map(report, "request"); len(request) > 0 {
		return with(report, "request", Without(request, "query", "headers", "body"))
	}
	return report
}

func shortenFrames(report values.Report) values.Report {
	return eachTrace(report, func(frames []any) []any {
		if len(frames) > 25 {
			frames = append(append([]any{}, frames[:5]...), frames[len(frames)-20:]...)
		}
		return each(frames, func(frame part) part {
			made := make(part, len(frame))
			for key, value := range frame {
				if of, is := value.(string); is {
					value = text.Cut(of, 200)
				}
				made[key] = value
			}
			return made
		})
	})
}

func firstExceptions(report values.Report) values.Report {
	exceptions := values.List(report, "exceptions")
	return with(report, "exceptions", exceptions[:min(10, len(exceptions))])
}

func shortenMessages(report values.Report) values.Report {
	return eachException(report, func(exception part) part {
		made := with(exception, "type", text.Cut(values.Text(exception, "type"), 200))
		if message := values.Text(exception, "message"); message != "" {
			made["message"] = text.Cut(message, 1_000)
		}
		return made
	})
}

func keepTheCrash(report values.Report) values.Report {
	crash := tinyPart(report, crashKeys)
	exceptions := values.List(report, "exceptions")
	crash["exceptions"] = each(exceptions[:min(3, len(exceptions))], crashOf)
	if _, has := report["truncated"]; has {
		names := []any{}
		for _, name := range StepsIn(report) {
			names = append(names, name)
		}
		crash["truncated"] = names
	}
	return crash
}

func crashOf(exception part) part {
	made := tinyPart(exception, crashException)
	if frames := values.List(exception, "frames"); len(frames) > 0 {
		made["frames"] = each(frames[max(0, len(frames)-4):], func(frame part) part { return tinyPart(frame, crashFrame) })
	}
	return made
}

func tinyPart(of part, keys map[string]bool) part {
	made := part{}
	for key, value := range of {
		if keys[key] {
			made[key] = tiny(value)
		}
	}
	return made
}

func tiny(value any) any {
	if of, is := value.(string); is {
		return text.Cut(of, 60)
	}
	if of, is := values.AsMap(value); is {
		return tinyPart(of, crashInner)
	}
	return value
}
