// Package plain makes values of any type plain: nil, bool, int64, uint64, float64, string, lists and mappings.
//
// It reads maps, so it is called on the goroutine that owns the value, and calls none of the app's code but an error's
// text: what a String method returns may be a secret that no name tells of.
package plain

import (
	"fmt"
	"math"
	"reflect"
	"sort"
	"strconv"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/failure"
	"github.com/splat-heal/splat/sdk/go/internal/text"
)

const (
	// MaxEntries of a container are handed on: one more than L3 shows, so that it sees that there are more.
	MaxEntries = 101
	// Cycle stands for a container that it stands in itself, Unprintable for what cannot be shown.
	Cycle       = "[cycle]"
	Unprintable = "[unprintable]"

	maxKeys     = 10_000 // of a mapping that are looked at to find the first in order
	maxPointers = 8
	maxDepth    = 10
	maxValues   = 4_000
)

// List is a list whose entries are as they came.
type List []any

// Entry is a key and a value as it came.
type Entry struct {
	Key   string
	Value any
}

// Mapping is a mapping in the order of its keys.
type Mapping []Entry

// OneLevel is a plain value, of a container a List or Mapping of at most MaxEntries. It does not panic.
func OneLevel(value any) (made any) {
	defer func() {
		if recover() != nil {
			made = Unprintable
		}
	}()
	switch value := value.(type) {
	case nil, bool:
		return value
	case string:
		return text.Valid(value)
	case map[string]any:
		return mapping(reflect.ValueOf(value))
	case []any:
		return List(value[:min(len(value), MaxEntries)])
	case List, Mapping:
		return value
	case time.Time:
		return value.Format(time.RFC3339Nano)
	case error:
		return failure.MessageOf(value)
	}
	return ofKind(reflect.ValueOf(value), maxPointers)
}

func ofKind(value reflect.Value, pointers int) any {
	switch value.Kind() {
	case reflect.Bool:
		return value.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return value.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return value.Uint()
	case reflect.Float32, reflect.Float64:
		return number(value.Float())
	case reflect.String:
		return text.Valid(value.String())
	case reflect.Slice, reflect.Array:
		return list(value)
	case reflect.Map:
		if value.IsNil() {
			return nil
		}
		return mapping(value)
	case reflect.Pointer:
		if value.IsNil() {
			return nil
		}
		if pointers == 0 {
			return Unprintable
		}
		if inner := value.Elem(); inner.Kind() == reflect.Pointer || inner.Kind() == reflect.Interface {
			return ofKind(inner, pointers-1)
		} else if inner.CanInterface() {
			return OneLevel(inner.Interface())
		}
		return Unprintable
	case reflect.Interface:
		return OneLevel(value.Elem().Interface())
	case reflect.Struct:
		return fields(value)
	}
	return fmt.Sprintf("%s", value.Type())
}

func number(value float64) any {
	switch {
	case math.IsNaN(value):
		return "NaN"
	case math.IsInf(value, 1):
		return "Infinity"
	case math.IsInf(value, -1):
		return "-Infinity"
	}
	return value
}

func list(value reflect.Value) any {
	if value.Kind() == reflect.Slice && value.IsNil() {
		return nil
	}
	if value.Type().Elem().Kind() == reflect.Uint8 {
		return fmt.Sprintf("bytes(%d)", value.Len())
	}
	made := make(List, min(value.Len(), MaxEntries))
	for index := range made {
		made[index] = value.Index(index).Interface()
	}
	return made
}

func mapping(value reflect.Value) any {
	made := make(Mapping, 0, min(value.Len(), maxKeys))
	for entries := value.MapRange(); len(made) < maxKeys && entries.Next(); {
		made = append(made, Entry{keyOf(entries.Key()), entries.Value().Interface()})
	}
	sort.Slice(made, func(a, b int) bool { return made[a].Key < made[b].Key })
	return made[:min(len(made), MaxEntries)]
}

func keyOf(key reflect.Value) string {
	for key.Kind() == reflect.Interface && !key.IsNil() {
		key = key.Elem()
	}
	switch key.Kind() {
	case reflect.String:
		return text.Valid(key.String())
	case reflect.Bool:
		return strconv.FormatBool(key.Bool())
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(key.Float(), 'g', -1, 64)
	}
	switch {
	case key.CanInt():
		return strconv.FormatInt(key.Int(), 10)
	case key.CanUint():
		return strconv.FormatUint(key.Uint(), 10)
	}
	return key.Type().String()
}

// fields is a struct as a mapping: its fields' names are what redaction goes by. One that shows no field is its type.
func fields(value reflect.Value) any {
	kind := value.Type()
	made := make(Mapping, 0, kind.NumField())
	for index := 0; index < kind.NumField(); index++ {
		if kind.Field(index).IsExported() {
			made = append(made, Entry{kind.Field(index).Name, value.Field(index).Interface()})
		}
	}
	if len(made) == 0 {
		return kind.String()
	}
	sort.Slice(made, func(a, b int) bool { return made[a].Key < made[b].Key })
	return made[:min(len(made), MaxEntries)]
}

// Identity tells containers apart that a value could stand in itself; false for all others.
type Identity struct {
	at     uintptr
	length int
	kind   reflect.Type
}

// IdentityOf is the identity of a container.
func IdentityOf(value any) (Identity, bool) {
	made := reflect.ValueOf(value)
	switch made.Kind() {
	case reflect.Map, reflect.Pointer:
		return Identity{made.Pointer(), 0, made.Type()}, !made.IsNil()
	case reflect.Slice:
		return Identity{made.Pointer(), made.Len(), made.Type()}, made.Len() > 0
	}
	return Identity{}, false
}

// Copy is a copy that holds nothing of the app's, of no more than the limits (L3) can show; texts are not cut.
func Copy(value any) any {
	return (&copier{left: maxValues, above: map[Identity]bool{}}).copy(value, 0)
}

type copier struct {
	left  int
	above map[Identity]bool
}

func (c *copier) copy(value any, depth int) any {
	c.left--
	made := OneLevel(value)
	entries := 0
	switch made := made.(type) {
	case List:
		entries = len(made)
	case Mapping:
		entries = len(made)
	default:
		return made
	}
	identity, has := IdentityOf(value)
	if has && c.above[identity] {
		return Cycle
	}
	if entries > 0 && (depth >= maxDepth || c.left <= 0) {
		return text.CutMark
	}
	if has {
		c.above[identity] = true
		defer delete(c.above, identity)
	}
	switch made := made.(type) {
	case List:
		list := make([]any, 0, len(made))
		for _, each := range made {
			list = append(list, c.copy(each, depth+1))
		}
		return list
	case Mapping:
		mapping := make(map[string]any, len(made))
		for _, each := range made {
			mapping[each.Key] = c.copy(each.Value, depth+1)
		}
		return mapping
	}
	return Unprintable
}
