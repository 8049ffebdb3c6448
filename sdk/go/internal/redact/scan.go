package redact

import "strings"

// set is a set of bytes; what is no ASCII is in none that names its members, and in all that names what is not in it.
type set [256]bool

// setOf reads a set as a regular expression's class has it: `0-9A-Z_`, with `^` before what is not in it.
func setOf(class string) *set {
	made := &set{}
	class, negated := strings.CutPrefix(class, "^")
	for at := 0; at < len(class); at++ {
		first, last := class[at], class[at]
		if at+2 < len(class) && class[at+1] == '-' {
			last = class[at+2]
			at += 2
		}
		for char := int(first); char <= int(last); char++ {
			made[char] = true
		}
	}
	if negated {
		for char := range made {
			made[char] = !made[char]
		}
	}
	return made
}

// run is where the characters of a set end that begin at at; at most limit of them, or all when limit is 0.
func (s *set) run(text string, at, limit int) int {
	end := len(text)
	if limit > 0 && end-at > limit {
		end = at + limit
	}
	for at < end && s[text[at]] {
		at++
	}
	return at
}

// edits collects what is replaced in a text.
type edits struct {
	text string
	made strings.Builder
	done int
}

// hide puts MARK in the place of text[start:end].
func (e *edits) hide(start, end int) {
	e.made.WriteString(e.text[e.done:start])
	e.made.WriteString(Mark)
	e.done = end
}

func (e *edits) result() string {
	if e.done == 0 && e.made.Len() == 0 {
		return e.text
	}
	e.made.WriteString(e.text[e.done:])
	return e.made.String()
}
