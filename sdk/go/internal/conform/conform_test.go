package conform_test

import (
	"reflect"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/conform"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

type object = map[string]any

func TestWhatFitsStays(t *testing.T) {
	wanted := func(v vectors.Vector) bool { // the times that an SDK writes have milliseconds
		return v["name"] != "time-of-nanoseconds" && v["name"] != "time-with-offset"
	}
	vectors.Run(t, "report", "valid", wanted, func(t *testing.T, v vectors.Vector) {
		given := values.Map(v, "report")
		made, err := conform.Conform(given)
		if err != nil {
			t.Fatal(err)
		}
		same, _ := conform.Conform(made)
		if !reflect.DeepEqual(made, same) || len(made) != len(given) {
			t.Errorf("%v\nof\n%v", made, given)
		}
	})
}

func TestWhatDoesNotFitGoes(t *testing.T) {
	type tags map[string]string
	made, err := conform.Conform(object{
		"own": 5, "service": 7, "environment": true, "time": "yesterday", "tags": tags{"a": "b"},
		"exceptions": []object{
			{"type": "A", "frames": []any{object{"path": "a\x00b", "line": 0, "column": uint8(3), "odd": 1}, object{"line": 1}, 5}},
			{"type": "B", "parent": 0, "relation": "cause"},
			{"type": "C", "parent": 2, "relation": "friend"},
		},
		"logs": []any{object{"level": "info"}, object{"message": 3}}, "request": "x",
		"occurrences": object{"count": 0}, "sdk": object{"name": "a"}, "contexts": object{"a": []int{1}}, "truncated": []string{"x"},
	})
	wanted := object{
		"own": 5, "service": "7", "tags": object{"a": "b"},
		"exceptions": []any{
			object{"type": "A", "frames": []any{object{"path": "a\ufffdb", "column": int64(3)}}},
			object{"type": "B", "parent": int64(0), "relation": "cause"}, object{"type": "C", "parent": nil},
		},
		"logs": []any{object{"message": "3"}}, "contexts": object{"a": []int{1}}, "truncated": []any{"x"},
	}
	if err != nil || !reflect.DeepEqual(made, wanted) {
		t.Errorf("%v\nnot\n%v\n%v", made, wanted, err)
	}
}

func TestWhereAnExceptionWentNoParentIsKnown(t *testing.T) {
	made, _ := conform.Conform(object{"exceptions": []any{object{"type": "A"}, object{}, object{"type": "C", "parent": 1}}})
	if last := values.Maps(made, "exceptions")[1]; last["type"] != "C" || last["parent"] != nil {
		t.Errorf("%v", made)
	}
}

func TestWithoutAnExceptionThereIsNoReport(t *testing.T) {
	for _, each := range []any{nil, "E", []any{}, []any{"E"}, []any{object{"message": "m"}}} {
		if made, err := conform.Conform(object{"exceptions": each}); err == nil {
			t.Errorf("%v", made)
		}
	}
}
