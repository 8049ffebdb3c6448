// Package conform puts a report that the app changed (BeforeSend) back in the shape of sdk/report.schema.json.
//
// The engine refuses a report with one wrong value in it, so what does not fit goes, and the rest stays.
package conform

import (
	"errors"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"

	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// check is a value as the schema has it, or false.
type check func(value any) (any, bool)

const widestNumber = 1_000_000_000_000_000_000

// Conform is the report, a copy, without what its schema does not allow. An error when no exception is left in it.
//
// Texts may be longer than the schema says: limits follow (L). Maps and slices of any type become those of a report, and
// whole numbers where texts belong become texts.
func Conform(report values.Report) (values.Report, error) {
	whole, _ := ofReport()(report)
	made, _ := whole.(values.Report)
	exceptions := values.List(made, "exceptions")
	if len(exceptions) == 0 {
		return nil, errors.New("$.exceptions: there is no exception")
	}
	// A parent stands before what hangs on it; where one went, the numbers no longer tell which.
	moved := len(exceptions) != len(values.List(report, "exceptions"))
	for index, each := range exceptions {
		exception := each.(map[string]any)
		if parent, has := values.Whole(exception["parent"]); has && (moved || parent >= int64(index)) {
			exception["parent"] = nil
		}
	}
	return made, nil
}

func text(value any) (any, bool) {
	if of, is := value.(string); is {
		return of, true
	}
	if whole, is := values.Whole(value); is && -widestNumber < whole && whole < widestNumber {
		return strconv.FormatInt(whole, 10), true
	}
	return nil, false
}

func path(value any) (any, bool) {
	of, is := value.(string)
	return strings.ReplaceAll(of, "\x00", "\ufffd"), is
}

var timeForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$`)
})

func time(value any) (any, bool) {
	of, is := value.(string)
	return of, is && timeForm().MatchString(of)
}

func truth(value any) (any, bool) {
	_, is := value.(bool)
	return value, is
}

func anything(value any) (any, bool) { return value, true }

func orNothing(each check) check {
	return func(value any) (any, bool) {
		if value == nil {
			return nil, true
		}
		return each(value)
	}
}

func number(least, most int64) check {
	return func(value any) (any, bool) {
		whole, is := values.Whole(value)
		return whole, is && least <= whole && whole <= most
	}
}

func oneOf(allowed ...string) check {
	return func(value any) (any, bool) {
		for _, each := range allowed {
			if value == each {
				return value, true
			}
		}
		return nil, false
	}
}

func list(each check, most int) check {
	return func(value any) (any, bool) {
		entries, is := values.AsList(value)
		made := make([]any, 0, min(len(entries), most))
		for _, entry := range entries {
			if fits, is := each(entry); is && len(made) < most {
				made = append(made, fits)
			}
		}
		return made, is
	}
}

// mapping is one from texts to what fits, the first so many in the order of their keys.
func mapping(each check, most int) check {
	return func(value any) (any, bool) {
		entries, is := values.AsMap(value)
		keys := make([]string, 0, len(entries))
		for key := range entries {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		made := map[string]any{}
		for _, key := range keys {
			if fits, is := each(entries[key]); is && len(made) < most {
				made[key] = fits
			}
		}
		return made, is
	}
}

type checks map[string]check

// object is one whose keys have checks of their own; any other goes, or stays when others says so.
func object(own checks, others bool, required ...string) check {
	return func(value any) (any, bool) {
		entries, is := values.AsMap(value)
		made := make(map[string]any, len(entries))
		for key, entry := range entries {
			each := own[key]
			if each == nil && others {
				each = anything
			}
			if each == nil {
				continue
			}
			if fits, is := each(entry); is {
				made[key] = fits
			}
		}
		for _, key := range required {
			_, has := made[key]
			is = is && has
		}
		return made, is
	}
}

// ofReport is made when the first report was changed: most apps change none.
var ofReport = sync.OnceValue(func() check {
	line := orNothing(number(1, 999_999_999))
	lines := orNothing(list(text, 50))
	texts := mapping(orNothing(text), 1_000)
	frame := object(checks{
		"path": path, "line": line, "column": line, "function": orNothing(text), "in_app": truth, "source": orNothing(text),
		"pre_context": lines, "post_context": lines, "locals": orNothing(mapping(text, 500)),
	}, false, "path")
	exception := object(checks{
		"type": text, "message": text, "frames": list(frame, 2_000),
		"relation": oneOf("surfaced", "cause", "context", "member"), "parent": orNothing(number(0, 199)),
	}, false, "type")
	log := object(checks{"time": time, "level": text, "message": text, "logger": text}, false, "message")
	breadcrumb := object(checks{
		"time": time, "level": text, "message": text, "category": text, "data": mapping(anything, 1_000),
	}, false)
	own := checks{
		"exceptions": list(exception, 200), "sdk": object(checks{"name": text, "version": text}, false, "name", "version"),
		"dependencies": mapping(text, 2_000), "deploy": object(checks{"id": text, "time": time}, false),
		"request": object(checks{
			"method": text, "route": text, "path": text, "query": texts, "headers": texts, "body": orNothing(text),
		}, false),
		"logs": list(log, 500), "breadcrumbs": list(breadcrumb, 500), "contexts": mapping(anything, 1_000), "tags": texts,
		"occurrences": object(checks{
			"count": number(1, 999_999_999_999_999), "first_seen": time, "last_seen": time,
		}, false, "count"),
		"truncated": list(text, 100), "time": time,
	}
	for _, key := range strings.Fields("id service environment release root signature runtime_version platform trace_id") {
		own[key] = text
	}
	return object(own, true)
})
