package issue

import (
	"fmt"
	"sort"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/block"
	"github.com/splat-heal/splat/sdk/go/internal/canonical"
	"github.com/splat-heal/splat/sdk/go/internal/shrink"
	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// MaxBytes is a body's most; GitHub takes 65,536, and the block grows.
const MaxBytes = 60_000

const mostRecords = 50

// Body is I3 to I9: the text of an issue. Public leaves out what only the team may see. An error for what JSON cannot
// hold.
func Body(report values.Report, public bool) (string, error) {
	if public {
		report = shrink.Without(report, "logs", "breadcrumbs", "request")
		report = shrink.EachFrame(report, func(frame part) part { return shrink.Without(frame, "locals") })
	}
	made := ""
	smallest := shrink.Shrink(report, func(report values.Report) int {
		// What is too large without the rest need not be rendered.
		if made = ""; canonical.Size(report, MaxBytes) > MaxBytes {
			return MaxBytes + 1
		}
		document, err := canonical.Text(report)
		if err != nil {
			return MaxBytes + 1
		}
		made = rendered(report, document)
		return len(made)
	}, MaxBytes)
	if made != "" {
		return made, nil
	}
	document, err := canonical.Text(smallest)
	if err != nil {
		return "", err
	}
	return rendered(smallest, document), nil
}

func rendered(report values.Report, document string) string {
	parts := []string{block.Marker(values.Text(report, "signature")) + "\n" + blockOf(report)}
	parts = append(parts, whatHappened(report)...)
	parts = append(parts, "### Trace", text.Fence(trace(values.Maps(report, "exceptions")), "text", 50_000))
	if rows := rows(report); len(rows) > 0 {
		parts = append(parts, "### Where it ran", "| | |\n| --- | --- |\n"+strings.Join(rows, "\n"))
	}
	if request := request(values.Map(report, "request")); request != "" {
		parts = append(parts, fold("Request", text.Fence(request, "text", 10_000)))
	}
	for _, each := range [...][2]string{{"logs", "Logs"}, {"breadcrumbs", "Breadcrumbs"}} {
		entries := values.Maps(report, each[0])
		if len(entries) == 0 {
			continue
		}
		var records []string
		for _, entry := range entries[max(0, len(entries)-mostRecords):] {
			records = append(records, record(entry))
		}
		name := fmt.Sprintf("%s (%d)", each[1], len(entries))
		parts = append(parts, fold(name, text.Fence(strings.Join(records, "\n"), "text", 16_000)))
	}
	if leftOut := shrink.StepsIn(report); len(leftOut) > 0 {
		parts = append(parts, "Left out to fit: "+strings.Join(leftOut, ", ")+".")
	}
	parts = append(parts, fold("Report for Splat", "```json\n"+document+"\n```"))
	return strings.Join(parts, "\n\n")
}

func blockOf(report values.Report) string {
	seen := values.Map(report, "occurrences")
	count, has := values.Whole(seen["count"])
	if !has {
		count = 1
	}
	time := func(key string) string {
		if made := values.Text(seen, key); made != "" {
			return made
		}
		return values.Text(report, "time")
	}
	var releases []string
	if release := block.Encoded(values.Text(report, "release")); release != "" {
		releases = []string{release}
	}
	return block.Text(min(count, block.MaxCount), time("first_seen"), time("last_seen"), releases, 0)
}

// whatHappened is I4.
func whatHappened(report values.Report) []string {
	exceptions := values.Maps(report, "exceptions")
	index, frame := place(exceptions)
	said := named(exceptions[0], strings.Trim(text.Clean(values.Text(exceptions[0], "message")), "\n"))
	if index != 0 {
		said += "\n" + firstLine(exceptions[index])
	}
	made := []string{"### What happened", text.Fence(said, "text", 5_000)}
	if len(frame) == 0 {
		return made
	}
	at := "At " + text.Span(where(frame), 300)
	if function := values.Text(frame, "function"); text.OneLine(function, 200) != "" {
		at += " in " + text.Span(function, 200)
	}
	made = append(made, at+".")
	before, after := values.List(frame, "pre_context"), values.List(frame, "post_context")
	if len(before) == 0 && len(after) == 0 {
		return made
	}
	var code []string
	for _, line := range before {
		code = append(code, codeLine("  ", line))
	}
	code = append(code, codeLine("> ", frame["source"]))
	for _, line := range after {
		code = append(code, codeLine("  ", line))
	}
	return append(made, text.Fence(strings.Join(code, "\n"), "text", 5_000))
}

// codeLine is a line of code with its indentation.
func codeLine(mark string, line any) string {
	of, _ := line.(string)
	return strings.TrimRight(mark+text.Cut(strings.ReplaceAll(text.Clean(of), "\n", " "), 200), "\t ")
}

func named(exception part, message string) string {
	kind := text.OneLine(values.Text(exception, "type"), 200)
	if kind == "" {
		kind = "Error"
	}
	if message == "" {
		return kind
	}
	return kind + ": " + message
}

var relations = map[string]string{"cause": "Caused by: ", "context": "While handling: ", "member": "In the group: "}

func firstLine(exception part) string {
	message := text.OneLine(values.Text(exception, "message"), 200)
	return relations[values.Text(exception, "relation")] + named(exception, message)
}

// trace is I5.
func trace(exceptions []part) string {
	traces := make([]string, 0, len(exceptions))
	for index, each := range exceptions {
		line := firstLine(each)
		if index == 0 {
			line = named(each, text.OneLine(values.Text(each, "message"), 200))
		}
		lines := []string{line}
		frames := values.Maps(each, "frames")
		for at := len(frames) - 1; at >= 0; at-- {
			lines = append(lines, frameLines(frames[at])...)
		}
		traces = append(traces, strings.Join(lines, "\n"))
	}
	return strings.Join(traces, "\n\n")
}

func frameLines(frame part) []string {
	line := "  "
	if frame["in_app"] == true {
		line = "> "
	}
	line += where(frame)
	if function := text.OneLine(values.Text(frame, "function"), 200); function != "" {
		line += " in " + function
	}
	if source := text.OneLine(values.Text(frame, "source"), 200); source != "" {
		return []string{line, "      " + source}
	}
	return []string{line}
}

// rows are I6.
func rows(report values.Report) []string {
	sdk, request, deploy := values.Map(report, "sdk"), values.Map(report, "request"), values.Map(report, "deploy")
	route, path := values.Text(request, "route"), values.Text(request, "path")
	target, pathOfRoute := route, path
	if route == "" {
		target, pathOfRoute = path, ""
	}
	var made []string
	row := func(name string, parts ...string) {
		if value := joined(parts...); text.OneLine(value, 200) != "" {
			made = append(made, "| "+name+" | "+text.TableSpan(value, 200)+" |")
		}
	}
	row("Service", values.Text(report, "service"))
	row("Environment", values.Text(report, "environment"))
	row("Release", values.Text(report, "release"))
	row("Runtime", values.Text(report, "runtime"), values.Text(report, "runtime_version"))
	row("Platform", values.Text(report, "platform"))
	row("SDK", values.Text(sdk, "name"), values.Text(sdk, "version"))
	row("Request", values.Text(request, "method"), target)
	row("Path", pathOfRoute)
	row("Trace id", values.Text(report, "trace_id"))
	row("Deploy", values.Text(deploy, "id"), values.Text(deploy, "time"))
	tags := values.Map(report, "tags")
	var pairs []string
	for _, key := range sorted(tags) {
		pairs = append(pairs, key+"="+values.Text(tags, key))
	}
	row("Tags", strings.Join(pairs, ", "))
	return made
}

func sorted(of part) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func joined(parts ...string) string {
	var made []string
	for _, each := range parts {
		if each != "" {
			made = append(made, each)
		}
	}
	return strings.Join(made, " ")
}

func request(of part) string {
	var lines []string
	query, headers := values.Map(of, "query"), values.Map(of, "headers")
	for _, key := range sorted(query) {
		lines = append(lines, "?"+text.OneLine(key, 200)+"="+text.OneLine(values.Text(query, key), 300))
	}
	for _, key := range sorted(headers) {
		lines = append(lines, text.OneLine(key, 200)+": "+text.OneLine(values.Text(headers, key), 300))
	}
	if body := values.Text(of, "body"); body != "" {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, strings.Trim(text.Clean(body), "\n"))
	}
	return strings.Join(lines, "\n")
}

// record is a log entry or a breadcrumb on one line.
func record(entry part) string {
	time := values.Text(entry, "time")
	time = strings.TrimRight(text.First(time[len(text.First(time, 11)):], 12), "Z")
	who := values.Text(entry, "logger")
	if who == "" {
		who = values.Text(entry, "category")
	}
	var head []string
	for _, each := range [...]string{time, values.Text(entry, "level"), who} {
		if each != "" {
			head = append(head, text.OneLine(each, 100))
		}
	}
	made, message := strings.Join(head, " "), text.OneLine(values.Text(entry, "message"), 300)
	if made != "" && message != "" {
		return made + ": " + message
	}
	return made + message
}

func fold(name, content string) string {
	return "<details><summary>" + name + "</summary>\n\n" + content + "\n\n</details>"
}
