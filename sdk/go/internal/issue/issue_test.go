package issue_test

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/block"
	"github.com/splat-heal/splat/sdk/go/internal/issue"
	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

func TestTitles(t *testing.T) {
	vectors.Run(t, "issue", "titles", nil, func(t *testing.T, v vectors.Vector) {
		if made := issue.Title(map[string]any{"exceptions": v["exceptions"]}); made != v["expected"] {
			t.Errorf("%q, not %q", made, v["expected"])
		}
	})
}

func TestSpans(t *testing.T) {
	vectors.Run(t, "issue", "spans", nil, func(t *testing.T, v vectors.Vector) {
		span := text.Span
		if v["table"] == true {
			span = text.TableSpan
		}
		if made := span(values.Text(v, "text"), 300); made != v["expected"] {
			t.Errorf("%q, not %q", made, v["expected"])
		}
	})
}

func TestFences(t *testing.T) {
	vectors.Run(t, "issue", "fences", nil, func(t *testing.T, v vectors.Vector) {
		limit, _ := values.Whole(v["limit"])
		if made := text.Fence(values.Text(v, "text"), "text", int(limit)); made != v["expected"] {
			t.Errorf("%q, not %q", made, v["expected"])
		}
	})
}

func TestBodies(t *testing.T) {
	vectors.Run(t, "issue", "bodies", nil, func(t *testing.T, v vectors.Vector) {
		made, err := issue.Body(values.Map(v, "report"), v["public"] == true)
		if err != nil {
			t.Fatal(err)
		}
		for number, line := range strings.Split(made, "\n") {
			if lines := values.List(v, "expected"); lines != nil && (number >= len(lines) || lines[number] != line) {
				t.Fatalf("line %d is %q", number, line)
			}
		}
		var leftOut []string
		for _, each := range values.List(v, "left_out") {
			leftOut = append(leftOut, each.(string))
		}
		said := regexp.MustCompile("(?m)^Left out to fit: (.*)[.]$").FindStringSubmatch(made)
		if (said == nil) != (leftOut == nil) || said != nil && said[1] != strings.Join(leftOut, ", ") {
			t.Errorf("%v, not %v", said, leftOut)
		}
		length, _ := values.Whole(v["bytes"])
		sum := sha256.Sum256([]byte(made))
		if int64(len(made)) != length || hex.EncodeToString(sum[:]) != v["sha256"] {
			t.Errorf("%d bytes, not %d:\n%.2000s", len(made), length, made)
		}
	})
}

func TestMarkers(t *testing.T) {
	vectors.Run(t, "issue", "markers", nil, func(t *testing.T, v vectors.Vector) {
		if made := block.MarkerOf(values.Text(v, "body")); made != values.Text(v, "expected") {
			t.Errorf("%q, not %q", made, v["expected"])
		}
	})
}

func TestUpdates(t *testing.T) {
	vectors.Run(t, "issue", "updates", nil, func(t *testing.T, v vectors.Vector) {
		add := values.Map(v, "add")
		count, _ := values.Whole(add["count"])
		made, is := block.Counted(values.Text(v, "body"), count, values.Text(add, "first"), values.Text(add, "last"), values.Text(add, "release"))
		if expected, wanted := v["expected"].(string); is != wanted || is && made != expected {
			t.Errorf("%v %q, not %q", is, made, expected)
		}
	})
}

func TestADuplicateIsNamedInItsBlock(t *testing.T) {
	before := "x\n" + block.Text(3, "2026-11-21T07:00:00.123Z", "2026-11-21T08:00:00.123Z", []string{"a", "b"}, 0) + "\ny"
	made, is := block.AsDuplicate(before, 17)
	lines := strings.Split(made, "\n")
	if !is || len(lines) != 6 || lines[2] != "<!-- splat:duplicate of=17 -->" || lines[0] != "x" || lines[5] != "y" {
		t.Fatalf("%v %q", is, made)
	}
	if again := block.Of(made); again == nil || again.DuplicateOf != 17 || again.Count != 3 || len(again.Releases) != 2 {
		t.Errorf("%+v", again)
	}
	if counted, _ := block.Counted(made, 1, "2026", "2027", "c"); strings.Contains(counted, "duplicate") {
		t.Error("a count keeps no duplicate")
	}
	if _, is := block.AsDuplicate("no block", 17); is {
		t.Error("a body without a block was changed")
	}
}
