// Package text holds what is done to texts of any origin: lengths in code points (S1), cutting (L1), and what keeps
// them from acting where GitHub shows them (C).
package text

import (
	"strings"
	"unicode/utf8"
)

// CutMark stands at the end of what was cut, and in the place of what was dropped.
const CutMark = "... [truncated]"

// Valid is the text with U+FFFD for each byte that is no UTF-8 (S1).
func Valid(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var made strings.Builder
	made.Grow(len(text) + 16)
	for _, char := range text {
		made.WriteRune(char)
	}
	return made.String()
}

// Len is the number of code points.
func Len(text string) int { return utf8.RuneCountInString(text) }

// Longer tells whether the text has more than n code points; it reads no further than that.
func Longer(text string, n int) bool {
	return len(text) > n && len(First(text, n)) < len(text)
}

// First is the first n code points.
func First(text string, n int) string {
	if len(text) <= n {
		return text
	}
	if n <= 0 {
		return ""
	}
	for at := range text {
		if n == 0 {
			return text[:at]
		}
		n--
	}
	return text
}

// Last is the last n code points.
func Last(text string, n int) string {
	if len(text) <= n {
		return text
	}
	at := len(text)
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return text[at:]
}

// Cut is the text, or of one of more than limit code points its beginning and CutMark, limit long together (L1).
func Cut(text string, limit int) string {
	if !Longer(text, limit) {
		return text
	}
	return First(text, limit-len(CutMark)) + CutMark
}

// Lower is the text with A-Z in lower case.
func Lower(text string) string {
	for at := 0; at < len(text); at++ {
		if isUpper(text[at]) {
			lower := []byte(text)
			for ; at < len(lower); at++ {
				if isUpper(lower[at]) {
					lower[at] += 'a' - 'A'
				}
			}
			return string(lower)
		}
	}
	return text
}

func isUpper(char byte) bool { return 'A' <= char && char <= 'Z' }
