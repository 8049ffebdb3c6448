// Package vectors gives tests the cases of sdk/vectors, which every SDK shares. Their shape: sdk/vectors/schema.json.
package vectors

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Vector is one case: an input and the answer every implementation gives.
type Vector = map[string]any

// Run runs a subtest for each vector of a group that wanted lets through; builders are expanded in every key.
func Run(t *testing.T, area, group string, wanted func(Vector) bool, test func(t *testing.T, vector Vector)) {
	t.Helper()
	chosen := 0
	for number, each := range load(t, area, group) {
		if wanted != nil && !wanted(each) {
			continue
		}
		chosen++
		name, _ := each["name"].(string)
		if name == "" {
			name = fmt.Sprintf("%s-%d", group, number)
		}
		t.Run(name, func(t *testing.T) {
			made, _ := Expand(each).(Vector)
			test(t, made)
		})
	}
	if chosen == 0 {
		t.Fatalf("no vector of %s/%s is wanted", area, group)
	}
}

// OfGo is for Run: only what a Go process meets.
func OfGo(vector Vector) bool { return vector["runtime"] == "go" }

// Folder is where the vectors are.
func Folder() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..", "vectors")
}

func load(t *testing.T, area, group string) []Vector {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Folder(), area+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var file map[string]json.RawMessage
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var made []Vector
	if err := json.Unmarshal(file[group], &made); err != nil {
		t.Fatalf("%s/%s: %v", area, group, err)
	}
	return made
}

// Expand is what a builder builds; every other value as it is. Lists and mappings are always new.
func Expand(value any) any { return expand(value, nil) }

func expand(value any, above []any) any {
	switch value := value.(type) {
	case []any:
		made := make([]any, len(value))
		for index, each := range value {
			made[index] = expand(each, append(above[:len(above):len(above)], made))
		}
		return made
	case map[string]any:
		if builder, is := builderOf(value); is {
			return build(builder, value, above)
		}
		made := make(map[string]any, len(value))
		for key, each := range value {
			made[key] = expand(each, append(above[:len(above):len(above)], made))
		}
		return made
	}
	return value
}

func builderOf(value map[string]any) (string, bool) {
	for key := range value {
		if strings.HasPrefix(key, "$") {
			return key, true
		}
	}
	return "", false
}

func build(builder string, value map[string]any, above []any) any {
	what := value[builder]
	count := func(key string) int {
		number, _ := value[key].(float64)
		return int(number)
	}
	switch builder {
	case "$join":
		var made strings.Builder
		for _, part := range what.([]any) {
			made.WriteString(expand(part, nil).(string))
		}
		return made.String()
	case "$repeat":
		return strings.Repeat(what.(string), count("count"))
	case "$list":
		made := make([]any, count("count"))
		for index := range made {
			made[index] = expand(what, nil)
		}
		return made
	case "$map":
		made := map[string]any{}
		for number := 0; number < count("count"); number++ {
			made[fmt.Sprintf("k%05d", number)] = expand(what, nil)
		}
		return made
	case "$nest":
		made := expand(what, nil)
		for number := 0; number < count("depth"); number++ {
			made = []any{made}
		}
		return made
	case "$cycle":
		return above[len(above)-int(what.(float64))]
	}
	panic("a vector has the unknown builder " + builder)
}
