// Package canonical is the one way a report is written (W), and what reads it back (R9).
package canonical

import (
	"errors"
	"fmt"
	"math"
	"sort"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// Text is a value's canonical JSON: ASCII on one line. An error for what JSON cannot hold.
func Text(value any) (string, error) {
	made := writer{most: math.MaxInt}
	if err := made.write(value); err != nil {
		return "", err
	}
	return string(made.text), nil
}

// Size is how many bytes Text has; of what is more than most, only that it is more.
func Size(value any, most int) int {
	made := writer{most: most}
	if err := made.write(value); err != nil {
		return most + 1
	}
	return len(made.text)
}

var errLong = errors.New("longer than asked for")

type writer struct {
	text []byte
	most int
}

func (w *writer) write(value any) error {
	switch value := value.(type) {
	case nil:
		w.text = append(w.text, "null"...)
	case bool:
		w.text = strconv.AppendBool(w.text, value)
	case string:
		w.quote(value)
	case float64:
		return w.number(value)
	case float32:
		return w.number(float64(value))
	case uint64:
		w.text = strconv.AppendUint(w.text, value, 10)
	default:
		if whole, is := values.Whole(value); is {
			w.text = strconv.AppendInt(w.text, whole, 10)
		} else if mapping, is := values.AsMap(value); is {
			return w.mapping(mapping)
		} else if list, is := values.AsList(value); is {
			return w.list(list)
		} else {
			return fmt.Errorf("a value of type %T is none of JSON's", value)
		}
	}
	if len(w.text) > w.most {
		return errLong
	}
	return nil
}

func (w *writer) number(value float64) error {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return errors.New("a number that is not finite is none of JSON's")
	}
	if whole, is := values.Whole(value); is {
		w.text = strconv.AppendInt(w.text, whole, 10)
	} else {
		w.text = strconv.AppendFloat(w.text, value, 'g', -1, 64)
	}
	return nil
}

func (w *writer) list(list []any) error {
	w.text = append(w.text, '[')
	for index, each := range list {
		if index > 0 {
			w.text = append(w.text, ',')
		}
		if err := w.write(each); err != nil {
			return err
		}
	}
	w.text = append(w.text, ']')
	return nil
}

func (w *writer) mapping(mapping map[string]any) error {
	keys := make([]string, 0, len(mapping))
	for key := range mapping {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	w.text = append(w.text, '{')
	for index, key := range keys {
		if index > 0 {
			w.text = append(w.text, ',')
		}
		w.quote(key)
		w.text = append(w.text, ':')
		if err := w.write(mapping[key]); err != nil {
			return err
		}
	}
	w.text = append(w.text, '}')
	return nil
}

// quote is W2.
func (w *writer) quote(text string) {
	w.text = append(w.text, '"')
	for at := 0; at < len(text); {
		char, size := rune(text[at]), 1
		if char >= utf8.RuneSelf {
			char, size = utf8.DecodeRuneInString(text[at:])
		}
		at += size
		switch {
		case char == '"' || char == '\\':
			w.text = append(w.text, '\\', byte(char))
		case char == '\n':
			w.text = append(w.text, `\n`...)
		case char == '\r':
			w.text = append(w.text, `\r`...)
		case char == '\t':
			w.text = append(w.text, `\t`...)
		case char == '&' || char == '<' || char == '>' || char == '`' || char < ' ' || char > '~':
			w.escape(char)
		default:
			w.text = append(w.text, byte(char))
		}
	}
	w.text = append(w.text, '"')
}

func (w *writer) escape(char rune) {
	if char > 0xffff {
		high, low := utf16.EncodeRune(char)
		w.escape(high)
		char = low
	}
	const digits = "0123456789abcdef"
	w.text = append(w.text, '\\', 'u', digits[char>>12], digits[char>>8&15], digits[char>>4&15], digits[char&15])
}
