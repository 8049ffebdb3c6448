package redact

import (
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/text"
)

const (
	white       = " \t\n\x0b\x0c\r"
	mostSpaces  = 8
	mostQuotes  = 4
	mostOfName  = 100
	longLiteral = 8
	longWord    = 16
)

var (
	nameSet  = setOf("0-9A-Za-z_$@.-")
	bareSet  = setOf("^ \t\n\x0b\x0c\r\"'`,;&<>)]}")
	nothings = words("none null nil undefined true false")
	schemes  = words("bearer basic digest token negotiate apikey")
)

// named is X6 over one text.
type named struct {
	text   string
	names  *Names
	source bool
}

// found is where a value begins and ends, and whether it is hidden.
type found struct {
	start, end int
	hidden     bool
}

func (n named) hide() string {
	made := edits{text: n.text}
	for at := 0; ; {
		start, end := separator(n.text, at)
		if start < 0 {
			return made.result()
		}
		at = end
		value, is := n.valueBehind(start, end)
		if !is {
			continue
		}
		if value.hidden {
			made.hide(value.start, value.end)
		}
		at = max(at, value.end)
	}
}

// separator is the first of :: === !== == != => := = : from at on; -1, -1 when there is none.
func separator(text string, at int) (start, end int) {
	for ; at < len(text); at++ {
		switch rest := text[at:]; rest[0] {
		case ':':
			if strings.HasPrefix(rest, "::") || strings.HasPrefix(rest, ":=") {
				return at, at + 2
			}
			return at, at + 1
		case '=', '!':
			if strings.HasPrefix(rest[1:], "==") {
				return at, at + 3
			}
			if strings.HasPrefix(rest[1:], "=") || strings.HasPrefix(rest, "=>") {
				return at, at + 2
			}
			if rest[0] == '=' {
				return at, at + 1
			}
		}
	}
	return -1, -1
}

// valueBehind is the value behind the separator from start to end; false where there is none to look at.
func (n named) valueBehind(start, end int) (found, bool) {
	sign := n.text[start:end]
	switch {
	case sign == "::", sign == ":" && strings.HasPrefix(n.text[end:], "//"):
		return found{}, false
	case n.source && (sign == "===" || sign == "!==" || sign == "==" || sign == "!="):
		return found{}, false
	}
	name, quoted, lead := n.nameBefore(start)
	if name == "" {
		return found{}, false
	}
	strength := n.names.Strength(name)
	if strength == None {
		if sign != "=" || lead != '?' && lead != '&' || !n.names.TellsInQuery(name) {
			return found{}, false
		}
		strength = Sure
	}
	at := blankSet.run(n.text, end, mostSpaces)
	if !n.source && !quoted && (sign == ":" || sign == "=") && isHeader(name) {
		return n.header(at, lead)
	}
	if value, is := n.string(at, strength); is {
		return value, true
	}
	if n.source {
		return found{}, false
	}
	if at < len(n.text) && strings.IndexByte("[({", n.text[at]) >= 0 && !strings.HasPrefix(n.text[at:], Mark) {
		return found{at, bracketEnd(n.text, at), true}, true
	}
	return n.bare(at, sign == ":" && strength == Likely && !quoted)
}

// nameBefore is the name that ends before at, whether it is quoted, and the character before it (0 at the start).
func (n named) nameBefore(at int) (name string, quoted bool, lead byte) {
	at = back(n.text, at, " \t", mostSpaces)
	bare := back(n.text, at, "]", 1)
	bare = back(n.text, bare, "\"'`\\", mostQuotes)
	quoted = bare < at
	start := bare
	for start > 0 && bare-start < mostOfName && nameSet[n.text[start-1]] {
		start--
	}
	if start > 0 {
		lead = n.text[start-1]
	}
	return strings.TrimLeft(n.text[start:bare], "0123456789.-"), quoted, lead
}

// back goes back over at most so many of some characters.
func back(text string, at int, over string, most int) int {
	for ; most > 0 && at > 0 && strings.IndexByte(over, text[at-1]) >= 0; most-- {
		at--
	}
	return at
}

func isHeader(name string) bool {
	name = text.Lower(name)
	return strings.HasSuffix(name, "authorization") || strings.HasSuffix(name, "cookie") || strings.HasSuffix(name, "cookies")
}

func (n named) header(at int, lead byte) (found, bool) {
	wanted := ""
	if lead == '"' || lead == '\'' {
		wanted = string(lead)
	}
	value := strings.TrimRight(n.text[at:endOf(n.text, at, wanted)], white)
	if value == "" || value == Mark || nothings[text.Lower(value)] {
		return found{}, false
	}
	return found{at, at + len(value), true}, true
}

// string is a quoted value at at (X6.6); false where there is none.
func (n named) string(at int, strength Strength) (found, bool) {
	if rest, is := strings.CutPrefix(n.text[at:], "string("); is {
		digits := digitSet.run(rest, 0, 7)
		if digits > 0 && strings.HasPrefix(rest[digits:], ") ") {
			if value, is := n.quoted(at+len("string(")+digits+len(") "), strength); is {
				return value, true
			}
		}
	}
	return n.quoted(at, strength)
}

var (
	digitSet  = setOf("0-9")
	prefixSet = setOf("A-Za-z@")
	slashSet  = setOf("\\")
)

func (n named) quoted(at int, strength Strength) (found, bool) {
	at = prefixSet.run(n.text, at, 2)
	start := slashSet.run(n.text, at, 3)
	slashes := n.text[at:start]
	if start >= len(n.text) || strings.IndexByte("\"'`", n.text[start]) < 0 {
		return found{}, false
	}
	quote := n.text[start]
	start++
	end, behind := stringEnd(n.text, start, slashes, quote)
	value := n.text[start:end]
	bare := text.Lower(strings.Trim(value, white))
	hidden := bare != "" && bare != lowerMark && !schemes[bare] && !nothings[bare]
	if hidden && n.source {
		hidden = !holdsTemplate(value) && (strength == Sure || text.Len(value) >= longLiteral && hasDigit(value))
	}
	if hidden {
		return found{start, end, true}, true
	}
	return found{start, behind, false}, true
}

// holdsTemplate tells whether [$#]?\{[A-Za-z_]|%[sdv(] matches in a text.
func holdsTemplate(text string) bool {
	for at := 0; at+1 < len(text); at++ {
		next := text[at+1]
		if text[at] == '{' && (isLetter(next) || next == '_') || text[at] == '%' && strings.IndexByte("sdv(", next) >= 0 {
			return true
		}
	}
	return false
}

func hasDigit(text string) bool { return strings.ContainsAny(text, "0123456789") }

// bare is X6.8; weak is a name that is only likely, before a colon.
func (n named) bare(at int, weak bool) (found, bool) {
	end := bareEnd(n.text, at)
	value := n.text[at:end]
	lower := text.Lower(value)
	if schemes[lower] {
		gap := blankSet.run(n.text, end, 4)
		if more := bareRun(n.text, gap); gap > end && more > gap {
			return found{at, len(strings.TrimRight(n.text[:more], `\`)), true}, true
		}
	}
	if value == "" || value == Mark || nothings[lower] {
		return found{}, false
	}
	if weak && text.Len(value) < longWord && !hasDigit(value) {
		return found{}, false
	}
	return found{at, end, true}, true
}

func bareEnd(text string, at int) int {
	end := bareRun(text, at)
	return at + len(strings.TrimRight(text[at:end], `\`))
}

// bareRun is where the longest match of (\[REDACTED\]|[^ \t\n\x0b\x0c\r"'`,;&<>)\]}])+ at at ends.
func bareRun(text string, at int) int {
	for {
		end := bareSet.run(text, at, 0)
		// The run holds all of MARK but its last bracket.
		if end < len(text) && text[end] == ']' && strings.HasSuffix(text[at:end+1], Mark) {
			at = end + 1
			continue
		}
		return end
	}
}

// endOf is where wanted, the line or the text ends, whatever is first; it reads no further than that.
func endOf(text string, at int, wanted string) int {
	for ; at < len(text) && text[at] != '\n'; at++ {
		if wanted != "" && strings.HasPrefix(text[at:], wanted) {
			break
		}
	}
	return at
}

// stringEnd is where a string's content ends, and where to go on.
func stringEnd(text string, at int, slashes string, quote byte) (end, behind int) {
	if slashes != "" {
		end = endOf(text, at, slashes+string(quote))
		if end < len(text) && text[end] != '\n' {
			return end, end + len(slashes) + 1
		}
		return end, end
	}
	for ; at < len(text) && text[at] != '\n' && text[at] != quote; at++ {
		if text[at] != '\\' {
			continue
		}
		if at+1 == len(text) || text[at+1] == '\n' {
			return at + 1, at + 1
		}
		at++
	}
	if at < len(text) && text[at] == quote {
		return at, at + 1
	}
	return at, at
}

// bracketEnd is behind the bracket that closes the one at at, else the end of the line or of the text (X6.7).
func bracketEnd(text string, at int) int {
	for depth := 0; at < len(text); {
		switch char := text[at]; char {
		case '\n':
			return at
		case '"', '\'', '`':
			_, at = stringEnd(text, at+1, "", char)
			continue
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth == 0 {
				return at + 1
			}
		}
		at++
	}
	return len(text)
}
