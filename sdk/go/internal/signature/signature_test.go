package signature_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/quick"
	"github.com/splat-heal/splat/sdk/go/internal/signature"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

func TestPaths(t *testing.T) {
	vectors.Run(t, "signature", "paths", nil, func(t *testing.T, v vectors.Vector) {
		made := signature.RootRelative(v["runtime"].(string), v["path"].(string), v["root"].(string))
		if made != v["expected"] {
			t.Errorf("%q is %q, not %q", v["path"], made, v["expected"])
		}
	})
}

func TestFunctions(t *testing.T) {
	vectors.Run(t, "signature", "functions", nil, func(t *testing.T, v vectors.Vector) {
		made := signature.FunctionName(v["runtime"].(string), v["function"].(string))
		if made != v["expected"] {
			t.Errorf("%q is %q, not %q", v["function"], made, v["expected"])
		}
	})
}

func TestMessages(t *testing.T) {
	vectors.Run(t, "signature", "messages", nil, func(t *testing.T, v vectors.Vector) {
		if made := signature.FoldMessage(v["message"].(string)); made != v["expected"] {
			t.Errorf("%q is %q, not %q", v["message"], made, v["expected"])
		}
	})
}

func TestSignatures(t *testing.T) {
	vectors.Run(t, "signature", "vectors", nil, func(t *testing.T, v vectors.Vector) {
		runtime, root, exceptions := v["runtime"].(string), v["root"].(string), exceptionsOf(v)
		if made := signature.Canonical(runtime, root, exceptions); made != v["canonical"] {
			t.Errorf("the text is\n%s\n\nnot\n%s", made, v["canonical"])
		}
		if made := signature.Signature(runtime, root, exceptions); made != v["signature"] {
			t.Errorf("the signature is %s, not %s", made, v["signature"])
		}
	})
}

func exceptionsOf(part map[string]any) []values.Exception {
	made := []values.Exception{}
	for _, each := range values.Maps(part, "exceptions") {
		exception := values.Exception{
			Type: values.Text(each, "type"), Message: values.Text(each, "message"),
			Relation: values.Text(each, "relation"), Parent: -1,
		}
		if parent, has := values.Whole(each["parent"]); has {
			exception.Parent = int(parent)
		}
		for _, frame := range values.Maps(each, "frames") {
			exception.Frames = append(exception.Frames, values.Frame{
				Path: values.Text(frame, "path"), Function: values.Text(frame, "function"),
				Source: values.Text(frame, "source"), InApp: frame["in_app"] == true,
			})
		}
		made = append(made, exception)
	}
	return made
}

func TestBytesThatAreNoTextAreReplacedOneByOne(t *testing.T) {
	if made := signature.Field(" a\xff\xfe\t\v b "); made != "a\ufffd\ufffd b" {
		t.Errorf("%q", made)
	}
}

func TestHostileTextsTakeNoLongTime(t *testing.T) {
	for _, unit := range []string{"a", "1", "a.", "1:", "1.", "ab-", "[", "[::", "'", "\"", "Mon, ", "0x", "a@", "<n>", "../", "func1.", "-range"} {
		long := strings.Repeat(unit, 100_000/len(unit))
		quick.Within(t, 2*time.Second, fmt.Sprintf("%q", unit), func() {
			signature.FoldMessage(long)
			signature.Signature("go", long, []values.Exception{{Type: long, Parent: -1, Frames: []values.Frame{
				{Path: long, Function: long, InApp: true}, {Path: long, Function: long, InApp: true},
			}}})
		})
	}
}
