package values

import (
	"encoding/json"
	"math"
	"reflect"
)

// Text is the text of a mapping's key, "" where there is none.
func Text(part map[string]any, key string) string {
	text, _ := part[key].(string)
	return text
}

// Map is the mapping of a mapping's key, nil where there is none.
func Map(part map[string]any, key string) map[string]any {
	mapping, _ := AsMap(part[key])
	return mapping
}

// List is the list of a mapping's key, nil where there is none.
func List(part map[string]any, key string) []any {
	list, _ := AsList(part[key])
	return list
}

// Maps are those entries of a mapping's list that are mappings themselves.
func Maps(part map[string]any, key string) []map[string]any {
	list := List(part, key)
	made := make([]map[string]any, 0, len(list))
	for _, each := range list {
		if mapping, ok := AsMap(each); ok {
			made = append(made, mapping)
		}
	}
	return made
}

// AsMap is a value as a mapping: any map whose keys are texts is one.
func AsMap(value any) (map[string]any, bool) {
	if mapping, ok := value.(map[string]any); ok {
		return mapping, mapping != nil
	}
	made := reflect.ValueOf(value)
	if made.Kind() != reflect.Map || made.IsNil() || made.Type().Key().Kind() != reflect.String {
		return nil, false
	}
	mapping := make(map[string]any, made.Len())
	for entries := made.MapRange(); entries.Next(); {
		mapping[entries.Key().String()] = entries.Value().Interface()
	}
	return mapping, true
}

// AsList is a value as a list: any slice or array but one of bytes is one.
func AsList(value any) ([]any, bool) {
	if list, ok := value.([]any); ok {
		return list, list != nil
	}
	made := reflect.ValueOf(value)
	switch made.Kind() {
	case reflect.Slice:
		if made.IsNil() {
			return nil, false
		}
	case reflect.Array:
	default:
		return nil, false
	}
	if made.Type().Elem().Kind() == reflect.Uint8 {
		return nil, false
	}
	list := make([]any, made.Len())
	for index := range list {
		list[index] = made.Index(index).Interface()
	}
	return list, true
}

// Whole is a value as a whole number, when it is one: of any integer type, or a number that JSON wrote.
func Whole(value any) (int64, bool) {
	switch number := value.(type) {
	case int:
		return int64(number), true
	case int64:
		return number, true
	case float64:
		if number == math.Trunc(number) && math.Abs(number) < 1<<53 {
			return int64(number), true
		}
		return 0, false
	case json.Number:
		whole, err := number.Int64()
		return whole, err == nil
	case nil, bool, string:
		return 0, false
	}
	made := reflect.ValueOf(value)
	switch {
	case made.CanInt():
		return made.Int(), true
	case made.CanUint() && made.Uint() <= math.MaxInt64:
		return int64(made.Uint()), true
	}
	return 0, false
}
