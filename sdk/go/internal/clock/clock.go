// Package clock writes and reads times as R1 has them.
package clock

import (
	"fmt"
	"strings"
	"time"
)

const form = "2006-01-02T15:04:05.000Z"

// Now is the wall clock, in milliseconds since the epoch.
func Now() int64 { return time.Now().UnixMilli() }

// ISO is a time as 2026-11-21T07:00:00.123Z; one before the epoch is the epoch.
func ISO(milliseconds int64) string {
	return time.UnixMilli(max(0, milliseconds)).UTC().Format(form)
}

// Digits is the same as digits alone, which order as the times do: 20261121070000123.
func Digits(milliseconds int64) string {
	return strings.Map(func(char rune) rune {
		if char < '0' || '9' < char {
			return -1
		}
		return char
	}, ISO(milliseconds))
}

// Parse reads what ISO wrote, and nothing else.
func Parse(text string) (int64, error) {
	made, err := time.Parse(form, text)
	if err != nil || len(text) != len(form) {
		return 0, fmt.Errorf("%.40q is no time of the form 2026-11-21T07:00:00.123Z", text)
	}
	return made.UnixMilli(), nil
}
