package signature

import (
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/text"
)

// maxField is the most code points that a field of a canonical text has (S2).
const maxField = 1_000

const anonymous = "@anonymous"

// Field is the text without what differs from print to print: white space is one space, none at the ends (S2).
func Field(from string) string {
	from = text.Valid(from)
	if isField(from) {
		return text.First(from, maxField)
	}
	return text.First(strings.Join(strings.FieldsFunc(from, isWhite), " "), maxField)
}

func isWhite(char rune) bool { return char == ' ' || '\t' <= char && char <= '\r' }

func isField(text string) bool {
	space := true // nothing stands before the first one
	for at := 0; at < len(text); at++ {
		if '\t' <= text[at] && text[at] <= '\r' || space && text[at] == ' ' {
			return false
		}
		space = text[at] == ' '
	}
	return !space || text == ""
}

// TypeName is the type without leading backslashes, an anonymous class's place, or an address (S3).
func TypeName(name string) string {
	name = strings.TrimLeft(Field(name), `\`)
	if cut := strings.Index(name, anonymous); cut >= 0 {
		name = name[:cut+len(anonymous)]
	}
	return withoutAddresses(name)
}

func withoutAddresses(name string) string {
	var made strings.Builder
	done := 0
	for at := 0; at+2 < len(name); at++ {
		if name[at] != '0' || name[at+1]|0x20 != 'x' || !isHex(name[at+2]) {
			continue
		}
		made.WriteString(name[done:at])
		made.WriteString("0x")
		for at += 2; at < len(name) && isHex(name[at]); at++ {
		}
		done = at
		at--
	}
	return made.String() + name[done:]
}

func isHex(char byte) bool {
	return isDigit(char) || 'a' <= char|0x20 && char|0x20 <= 'f'
}

func isDigit(char byte) bool { return '0' <= char && char <= '9' }

func isLetter(char byte) bool { return 'a' <= char|0x20 && char|0x20 <= 'z' }

// lastPart is the last part of a qualified type (S3).
func lastPart(name string) string {
	return afterLast(afterLast(afterLast(name, `\`), "::"), ".")
}

func afterLast(text, separator string) string {
	if at := strings.LastIndex(text, separator); at >= 0 {
		return text[at+len(separator):]
	}
	return text
}
