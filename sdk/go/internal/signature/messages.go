package signature

import (
	"regexp"
	"strings"
	"sync"

	"github.com/splat-heal/splat/sdk/go/internal/text"
)

// Only this much of a message's first line is looked at, and only this much of the folded text is kept (code points).
const (
	maxRead = 5_000
	maxKept = 200
)

const (
	month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
	day   = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
	clock = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?"
	zone  = "(?:Z|UTC|GMT| UTC| GMT| ?[+-][0-9]{2}:?[0-9]{2})?"
)

// parts are in the order in which they are tried at a place; the first that fits wins. The last is a word.
var parts = [...]struct{ name, pattern string }{
	{"<str>", "\"[^\"]*\"|'[^']*'|`[^`']*[`']"},
	{"<url>", "[A-Za-z][A-Za-z0-9+.-]{1,20}://[^ \"'`<>()]*"},
	{"<email>", "[0-9A-Za-z._%+-]{1,64}@[0-9A-Za-z-]{1,63}(?:[.][0-9A-Za-z-]{1,63}){1,8}"},
	{"<uuid>", "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"},
	{"<time>", "[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]" + clock + zone + ")?"},
	{"<time>", "(?:" + day + ",? )?(?:" + month + " [0-9]{1,2}|[0-9]{1,2} " + month + "),? [0-9]{4}(?: " + clock + zone + ")?"},
	{"<time>", clock},
	{"<ip>", "[0-9]{1,3}(?:[.][0-9]{1,3}){3}(?::[0-9]{1,5})?"},
	{"<ip>", "\\[[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:%[0-9A-Za-z]{1,16})?\\](?::[0-9]{1,5})?"},
	{"<ip>", "[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){7}"},
	{"<ip>", "[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){1,6}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})?"},
	{"<hex>", "0[xX][0-9A-Fa-f]+"},
	{"", "[0-9A-Za-z_]+(?:'[A-Za-z]+)*"},
}

// patterns are compiled when the first error without a frame of the app's comes: most processes never need them.
var patterns = sync.OnceValue(func() (made struct{ any, numbers, digits *regexp.Regexp }) {
	alternatives := make([]string, len(parts))
	for index, part := range parts {
		alternatives[index] = "(" + part.pattern + ")"
	}
	made.any = regexp.MustCompile(strings.Join(alternatives, "|"))
	made.numbers = regexp.MustCompile("[+-]?<n>(?:[ ,.:;/+-]{1,3}<n>)*")
	made.digits = regexp.MustCompile("[0-9]+")
	return made
})

// FoldMessage is the first line of a message with its variable parts named (S6): <str> <url> <email> <uuid> <time>
// <ip> <hex> <id> <n>. At most 200 code points; linear in the text.
func FoldMessage(message string) string {
	line := strings.TrimLeftFunc(text.First(text.Valid(message), maxRead*4), isWhite)
	if end := strings.IndexAny(line, "\n\r"); end >= 0 {
		line = line[:end]
	}
	line = text.First(line, maxRead)
	var folded strings.Builder
	done := 0
	for _, match := range patterns().any.FindAllStringSubmatchIndex(line, -1) {
		folded.WriteString(line[done:match[0]])
		folded.WriteString(placeholder(line, match))
		done = match[1]
	}
	folded.WriteString(line[done:])
	made := patterns().numbers.ReplaceAllLiteralString(folded.String(), "<n>")
	made = text.First(Field(text.First(made, maxKept*4)), maxKept)
	return strings.TrimRight(made, " ")
}

func placeholder(line string, match []int) string {
	for index, part := range parts {
		if match[2*index+2] >= 0 && part.name != "" {
			return part.name
		}
	}
	return foldWord(line[match[0]:match[1]])
}

func foldWord(word string) string {
	digits := patterns().digits.FindAllStringIndex(word, -1)
	switch {
	case len(digits) == 0:
		return word
	case digits[0][1]-digits[0][0] == len(word):
		return "<n>"
	case len(word) >= 16 && len(digits) >= 2, len(word) >= 8 && isAllHex(word):
		return "<id>"
	}
	return patterns().digits.ReplaceAllLiteralString(word, "<n>")
}

func isAllHex(word string) bool {
	for at := 0; at < len(word); at++ {
		if !isHex(word[at]) {
			return false
		}
	}
	return true
}
