package frames_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/frames"
	"github.com/splat-heal/splat/sdk/go/internal/quick"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

func of(v vectors.Vector) *frames.Frames {
	texts := func(key string) []string {
		made := []string{}
		list, _ := v[key].([]any)
		for _, each := range list {
			made = append(made, each.(string))
		}
		return made
	}
	return frames.New(v["root"].(string), texts("include"), texts("libraries"))
}

func TestPaths(t *testing.T) {
	vectors.Run(t, "frames", "frames", nil, func(t *testing.T, v vectors.Vector) {
		if made := of(v).Path(v["path"].(string)); made != v["expected"] {
			t.Errorf("%q is %q, not %q", v["path"], made, v["expected"])
		}
	})
}

// The tables are Go's; the folders that are given count in any runtime.
func TestInApp(t *testing.T) {
	wanted := func(v vectors.Vector) bool {
		return vectors.OfGo(v) || v["include"] != nil || v["libraries"] != nil
	}
	vectors.Run(t, "frames", "frames", wanted, func(t *testing.T, v vectors.Vector) {
		known := of(v)
		for range [2]int{} {
			if made := known.InApp(v["path"].(string)); made != v["in_app"] {
				t.Errorf("%q: %v", v["path"], made)
			}
		}
	})
}

func TestGoItselfIsNotTheApp(t *testing.T) {
	_, here, _, _ := runtime.Caller(0)
	known := frames.New(frames.StartFolder(), nil, nil)
	if !known.InApp(here) || known.Path(here) != "frames_test.go" {
		t.Errorf("%s is %s, in app: %v", here, known.Path(here), known.InApp(here))
	}
	if source := runtime.GOROOT() + "/src/fmt/print.go"; known.InApp(source) {
		t.Errorf("%s is the app's", source)
	}
}

func TestManyAndLongPaths(t *testing.T) {
	quick.Within(t, 5*time.Second, "it", func() {
		known := frames.New("/app", nil, []string{})
		for number := 0; number < 10_000; number++ {
			known.InApp(fmt.Sprintf("/app/%d.go", number))
		}
		for _, unit := range []string{"/", "go/", "/a-go-1", "/src/a", "go/src/"} {
			known.InApp(strings.Repeat(unit, 100_000/len(unit)))
		}
	})
}
