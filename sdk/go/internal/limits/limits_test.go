package limits_test

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/canonical"
	"github.com/splat-heal/splat/sdk/go/internal/limits"
	"github.com/splat-heal/splat/sdk/go/internal/quick"
	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

func TestTexts(t *testing.T) {
	vectors.Run(t, "truncation", "texts", nil, func(t *testing.T, v vectors.Vector) {
		limit, _ := values.Whole(v["limit"])
		if made := text.Cut(values.Text(v, "text"), int(limit)); made != v["expected"] {
			t.Errorf("%.80q, not %.80q", made, v["expected"])
		}
	})
}

func TestValues(t *testing.T) {
	vectors.Run(t, "truncation", "values", nil, func(t *testing.T, v vectors.Vector) {
		if made := limits.Value(v["value"]); !reflect.DeepEqual(made, v["expected"]) {
			t.Errorf("%.300v, not %.300v", made, v["expected"])
		}
	})
}

func TestLists(t *testing.T) {
	vectors.Run(t, "truncation", "lists", nil, func(t *testing.T, v vectors.Vector) {
		count, _ := values.Whole(v["count"])
		name := values.Text(v, "part")
		entries := make([]any, count)
		for n := range entries {
			number := strconv.Itoa(n)
			entries[n] = map[string]any{"type": number, "message": number, "path": number}
		}
		report := map[string]any{"exceptions": []any{}, name: entries}
		if name == "frames" {
			report = map[string]any{"exceptions": []any{map[string]any{"type": "E", "frames": entries}}}
		}
		made := limits.Report(report)
		kept := values.Maps(made, name)
		if name == "frames" {
			kept = values.Maps(values.Maps(made, "exceptions")[0], name)
		}
		var wanted []string
		for _, each := range values.List(v, "expected") {
			first, end := each.([]any)[0].(float64), each.([]any)[1].(float64)
			for n := int(first); n < int(end); n++ {
				wanted = append(wanted, strconv.Itoa(n))
			}
		}
		if len(kept) != len(wanted) {
			t.Fatalf("%d are kept, not %d", len(kept), len(wanted))
		}
		for n, each := range kept {
			if each["path"] != wanted[n] {
				t.Fatalf("%v stands where %s should", each, wanted[n])
			}
		}
		if _, cut := made["truncated"]; cut != (len(kept) < int(count)) {
			t.Errorf("truncated is %v", made["truncated"])
		}
	})
}

func TestNoValueTakesLong(t *testing.T) {
	row := map[int][]map[int]string{}
	for n := 0; n < 300; n++ {
		row[n] = make([]map[int]string, 300)
		for m := range row[n] {
			row[n][m] = map[int]string{m: strings.Repeat("x", 1_000)}
		}
	}
	quick.Within(t, 2*time.Second, "it", func() { limits.Value(map[string]any{"a": row, "b": row}) })
}

func TestCycles(t *testing.T) {
	type node struct{ Next *node }
	ring := &node{}
	ring.Next = ring
	if made := fmt.Sprint(limits.Value(ring)); made != "map[Next:[cycle]]" {
		t.Error(made)
	}
	same := []any{"x"}
	if made := fmt.Sprint(limits.Value([]any{same, same})); made != "[[x] [x]]" {
		t.Error(made)
	}
}

func long(n int) string { return strings.Repeat("é", n) }

func TestEveryTextOfAReportIsWithinItsLimit(t *testing.T) {
	frame := map[string]any{
		"path": long(600), "function": long(600), "source": long(600), "line": 1, "in_app": true,
		"pre_context": []any{long(600)}, "locals": map[string]any{long(300): long(6_000)},
	}
	report := map[string]any{
		"schema": "splat-report/1", "runtime": "go", "service": long(1_200), long(300): long(1_200),
		"exceptions": []any{map[string]any{"type": long(600), "message": long(6_000), "frames": []any{frame}}},
		"tags":       map[string]any{long(300): long(6_000)}, "logs": []any{map[string]any{"message": long(6_000), "logger": long(1_200)}},
		"request":  map[string]any{"path": long(600), "body": long(6_000), "query": map[string]any{"a": long(1_200)}},
		"contexts": map[string]any{"a": long(6_000)}, "sdk": map[string]any{"name": long(1_200)}, "truncated": []any{"x", 5},
	}
	made := limits.Report(report)
	wanted := map[string]int{
		"path": 500, "function": 500, "source": 500, "type": 500, "message": 5_000, "service": 1_000, "logger": 1_000,
		"name": 1_000, "body": 5_000, "pre_context": 500,
	}
	seen := 0
	var check func(key string, value any)
	check = func(key string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for key, each := range value {
				if text.Len(key) > 200 {
					t.Errorf("a key has %d code points", text.Len(key))
				}
				check(key, each)
			}
		case []any:
			for _, each := range value {
				check(key, each)
			}
		case string:
			if limit := wanted[key]; limit > 0 {
				seen++
				if text.Len(value) != limit {
					t.Errorf("%s has %d code points", key, text.Len(value))
				}
			} else if text.Len(value) > 5_000 {
				t.Errorf("%s has %d code points", key, text.Len(value))
			}
		}
	}
	check("", made)
	if seen != 12 {
		t.Errorf("%d texts were compared", seen)
	}
	if names := fmt.Sprint(made["truncated"]); names != "[x large values long texts]" {
		t.Error(names)
	}
	if again := limits.Report(made); !reflect.DeepEqual(again, made) {
		t.Error("what is limited is cut again")
	}
}

func TestAReportIsAtMostSoLarge(t *testing.T) {
	logs := make([]any, 500)
	for n := range logs {
		logs[n] = map[string]any{"message": long(5_000)}
	}
	made := limits.Report(map[string]any{"exceptions": []any{map[string]any{"type": "E"}}, "logs": logs, "own": long(500)})
	written, err := canonical.Text(made)
	if err != nil || len(written) > limits.MaxReport || len(written) < 10_000 {
		t.Errorf("%d bytes, %v", len(written), err)
	}
	if names := fmt.Sprint(made["truncated"]); names != "[logs unknown keys log messages]" {
		t.Error(names)
	}
}
