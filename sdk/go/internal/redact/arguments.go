package redact

import "strings"

const mostOfFlag = 60

var (
	leadSet    = setOf(" \t\n\x0b\x0c\r\"'`(,=[")
	flagSet    = setOf("0-9A-Za-z_-")
	firstSet   = setOf("^ \t\n\x0b\x0c\r\"'`=-")
	valueSet   = setOf("^ \t\n\x0b\x0c\r\"'`")
	userSet    = setOf("^ \t\n\x0b\x0c\r:\"'/")
	secretSet  = setOf("^ \t\n\x0b\x0c\r\"'")
	elementSet = setOf("0-9A-Za-z_.:-")
	contentSet = setOf("^<>")
)

// dash is the next dash that may begin an option, behind what stands before it; -1 without one. Nothing before from
// belongs to it.
func dash(text string, at, from int) int {
	for {
		found := strings.IndexByte(text[at:], '-')
		if found < 0 {
			return -1
		}
		at += found
		if at == 0 || at > from && leadSet[text[at-1]] {
			return at
		}
		at++
	}
}

// hideArguments is the first half of X7.
func hideArguments(text string, names *Names) string {
	made := edits{text: text}
	from := 0
	for at := dash(text, 0, from); at >= 0; at = dash(text, at, from) {
		at++
		name := at
		if name < len(text) && text[name] == '-' {
			name++
		}
		if name >= len(text) || !isLetter(text[name]) {
			continue
		}
		end := flagSet.run(text, name+1, mostOfFlag)
		value := blankSet.run(text, end, 4)
		if end == name+1 || value == end || value >= len(text) || !firstSet[text[value]] {
			continue
		}
		at = valueSet.run(text, value+1, 0)
		from = at
		if names.Tells(text[name:end]) {
			made.hide(value, at)
		}
	}
	return made.result()
}

// hideCredentials is the second half of X7: -u name:password.
func hideCredentials(text string) string {
	made := edits{text: text}
	from, known := 0, 0 // up to known all belongs to a name
	for at := dash(text, 0, from); at >= 0; at = dash(text, at, from) {
		length := prefixOf(text[at:], userFlags)
		at++
		if length < 0 {
			continue
		}
		value := at - 1 + length
		if value < len(text) && (text[value] == '"' || text[value] == '\'') {
			value++
		}
		if value >= known {
			known = userSet.run(text, value, 0)
		}
		if known == value || known >= len(text) || text[known] != ':' {
			continue
		}
		end := secretSet.run(text, known+1, 0)
		if end == known+1 {
			continue
		}
		made.hide(value, end)
		at, from = end, end
	}
	return made.result()
}

var userFlags = []string{"-u ", "-u=", "--user ", "--user="}

// hideElements is X8.
func hideElements(text string, names *Names) string {
	made := edits{text: text}
	for at := 0; ; {
		found := strings.IndexByte(text[at:], '<')
		if found < 0 {
			return made.result()
		}
		at += found + 1
		if at >= len(text) || !isLetter(text[at]) {
			continue
		}
		name := elementSet.run(text, at+1, mostOfFlag)
		if name >= len(text) || text[name] != '>' {
			continue
		}
		end := contentSet.run(text, name+1, 0)
		if end == name+1 || !strings.HasPrefix(text[end:], "</") {
			continue
		}
		if strings.Trim(text[name+1:end], white) != "" && names.Tells(text[at:name]) {
			made.hide(name+1, end)
		}
		at = end + len("</")
	}
}
