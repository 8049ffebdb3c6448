package canonical

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// Schema names the shape of a report (R1).
const Schema = "splat-report/1"

// ReadBack is the report in a JSON text; an error, with the place as a JSON path, for what R9 refuses.
func ReadBack(text string) (values.Report, error) {
	value, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("$: not JSON: %w", err)
	}
	report, is := value.(map[string]any)
	if !is {
		return nil, errors.New("$: not one JSON object")
	}
	if report["schema"] != Schema {
		return nil, errors.New("$.schema: the schema is not " + Schema)
	}
	switch report["runtime"] {
	case "python", "javascript", "go", "ruby", "php":
	default:
		return nil, errors.New("$.runtime: the runtime is none of python, javascript, go, ruby, php")
	}
	exceptions, _ := report["exceptions"].([]any)
	if len(exceptions) == 0 {
		return nil, errors.New("$.exceptions: there is no exception")
	}
	for index, each := range exceptions {
		exception, _ := each.(map[string]any)
		if _, is := exception["type"].(string); !is {
			return nil, fmt.Errorf("$.exceptions[%d]: an exception is an object with a text `type`", index)
		}
	}
	if signature, has := report["signature"]; has && signature != "" && !IsHex(signature, 16) {
		return nil, errors.New("$.signature: a signature is 16 lower-case hexadecimal digits")
	}
	return report, nil
}

// IsHex tells whether a value is a text of so many lower-case hexadecimal digits.
func IsHex(value any, length int) bool {
	text, is := value.(string)
	return is && len(text) == length && strings.Trim(text, "0123456789abcdef") == ""
}

// Parse is the one value in a JSON text: whole numbers as int64, others as float64.
func Parse(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more stands behind the value")
	}
	return numbers(value)
}

// numbers replaces each number as it was read, in place.
func numbers(value any) (made any, err error) {
	switch value := value.(type) {
	case json.Number:
		if whole, err := value.Int64(); err == nil {
			return whole, nil
		}
		number, err := value.Float64()
		if err != nil || math.IsInf(number, 0) {
			return nil, errors.New("a number is too large")
		}
		return number, nil
	case []any:
		for index, each := range value {
			if value[index], err = numbers(each); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key, each := range value {
			if value[key], err = numbers(each); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}
