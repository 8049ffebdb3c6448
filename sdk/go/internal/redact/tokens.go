package redact

import (
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/text"
)

const (
	pemBegin = "-----BEGIN "
	pemEnd   = "-----END "
	pemRest  = "-----"
	longest  = len(" BLOCK") + len("PRIVATE KEY") + 40

	fewestOfToken = 6
	nameAlone     = 20 // code points of a user name that is a secret itself
)

var (
	pemSet      = setOf("0-9A-Z ")
	blankSet    = setOf(" \t")
	tokenSet    = setOf("0-9A-Za-z._~+/=-")
	userinfoSet = setOf("^ \t\n\x0b\x0c\r/?#\"'<>`\\")
	wordSet     = setOf("0-9A-Za-z_")
	lowerSet    = setOf("a-z")
)

// hidePrivateKeys is X2.
func hidePrivateKeys(text string) string {
	made := edits{text: text}
	for {
		start, behind := pemLine(text, made.done, pemBegin)
		if start < 0 {
			return made.result()
		}
		_, end := pemLine(text, behind, pemEnd)
		if end < 0 {
			end = len(text)
		}
		made.hide(start, end)
	}
}

// pemLine is where the first line of a private key that begins so starts, and what is behind it; -1, -1 without one.
func pemLine(text string, at int, beginning string) (start, behind int) {
	for {
		found := strings.Index(text[at:], beginning)
		if found < 0 {
			return -1, -1
		}
		start = at + found
		at = start + len(beginning)
		end := pemSet.run(text, at, longest+1)
		kind := strings.TrimSuffix(text[at:end], " BLOCK")
		bare := strings.TrimSuffix(kind, "PRIVATE KEY")
		if bare != kind && len(bare) <= 40 && strings.HasPrefix(text[end:], pemRest) {
			return start, end + len(pemRest)
		}
	}
}

// hideBearer is X4.
func hideBearer(text string) string {
	made := edits{text: text}
	for at := 0; at < len(text); {
		found := strings.IndexAny(text[at:], "Bb")
		if found < 0 {
			break
		}
		start := at + found
		at = start + 1
		length := prefixOf(text[start:], bearers)
		if length < 0 || start > 0 && wordSet[text[start-1]] {
			continue
		}
		value := blankSet.run(text, start+length, 4)
		end := tokenSet.run(text, value, 0)
		if value == start+length || end-value < fewestOfToken {
			continue
		}
		if at = end; !isPlainWord(text[value:end]) {
			made.hide(value, end)
		}
	}
	return made.result()
}

var bearers = []string{"Bearer", "bearer", "BEARER", "Basic", "basic", "BASIC"}

// isPlainWord tells what is no token: a word, or a few joined by slashes or dashes.
func isPlainWord(token string) bool {
	at := 0
	if isUpper(token[0]) {
		at++
	}
	at = lowerSet.run(token, at, 23)
	at = dots(token, at)
	if at < len(token) && token[at] == '=' {
		at++
	}
	return at == len(token) || areWords(token)
}

func areWords(token string) bool {
	at := lowerSet.run(token, 0, 20)
	if at == 0 {
		return false
	}
	more := 0
	for ; more < 3 && at < len(token) && strings.IndexByte("/_-", token[at]) >= 0; more++ {
		end := lowerSet.run(token, at+1, 20)
		if end == at+1 {
			return false
		}
		at = end
	}
	return more > 0 && dots(token, at) == len(token)
}

func dots(token string, at int) int {
	for count := 0; count < 3 && at < len(token) && token[at] == '.'; count++ {
		at++
	}
	return at
}

// hideUserinfo is X5.
func hideUserinfo(text string, source bool) string {
	made := edits{text: text}
	for at := 0; ; {
		found := strings.Index(text[at:], "://")
		if found < 0 {
			return made.result()
		}
		start := at + found + len("://")
		run := userinfoSet.run(text, start, 0)
		at = start
		last := strings.LastIndexByte(text[start:run], '@')
		if last < 1 {
			continue
		}
		at = start + last + 1
		if secret := secretOf(text[start : start+last]); secret != "" && !(source && isTemplate(secret)) {
			made.hide(start, start+last)
		}
	}
}

func secretOf(userinfo string) string {
	user, password, has := strings.Cut(userinfo, ":")
	if has {
		return password
	}
	if text.Len(user) >= nameAlone {
		return user
	}
	return ""
}

func isTemplate(secret string) bool {
	return strings.IndexByte("${%", secret[0]) >= 0 || strings.HasPrefix(secret, "#{")
}
