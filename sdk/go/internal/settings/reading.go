package settings

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/redact"
)

// Each reader gives the value in the option's own type, or an error with the words that complete "<option> …".

const (
	most         = 1000
	longestLabel = 50
)

func line(value any) (any, error) { return textOf(value) }

func textOf(value any) (string, error) {
	told, ok := value.(string)
	if !ok || utf8.RuneCountInString(told) > most || strings.ContainsFunc(told, func(r rune) bool { return r < 32 }) {
		return "", fmt.Errorf("should be one line of text of at most %d characters, not %s", most, shown(value))
	}
	return strings.TrimSpace(told), nil
}

// repository is owner/name, also out of an address of it.
func repository(value any) (any, error) {
	name, err := textOf(value)
	if err != nil {
		return nil, err
	}
	name = strings.TrimRight(name, "/")
	for _, start := range []string{"https://", "http://", "ssh://", "git@"} {
		if rest, found := strings.CutPrefix(name, start); found {
			// What a clone was made with may hold a user and a token.
			rest = rest[strings.LastIndex(rest, "@")+1:]
			_, name, _ = strings.Cut(strings.ReplaceAll(rest, ":", "/"), "/")
		}
	}
	name = strings.TrimSuffix(name, ".git")
	owner, rest, _ := strings.Cut(name, "/")
	if !isName(owner) || !isName(rest) {
		return nil, fmt.Errorf("should be owner/name, not %s", shown(value))
	}
	return name, nil
}

func isName(part string) bool {
	odd := func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("-_.", r))
	}
	return strings.Trim(part, ".") != "" && !strings.ContainsFunc(part, odd)
}

func isInvisible(r rune) bool { return r < '!' || r > '~' }

// token is a credential; what is said of a wrong one never shows it.
func token(value any) (any, error) {
	told, _ := value.(string)
	told = strings.TrimSpace(told)
	if told == "" || strings.ContainsFunc(told, isInvisible) {
		return nil, errors.New("should be one word of visible ASCII characters")
	}
	return told, nil
}

func address(value any) (any, error) { return addressOf(value) }

func addressOf(value any) (string, error) {
	told, _ := value.(string)
	told = strings.TrimRight(strings.TrimSpace(told), "/")
	scheme, rest, _ := strings.Cut(told, "://")
	scheme = strings.ToLower(scheme)
	if scheme != "http" && scheme != "https" || rest == "" || strings.ContainsFunc(rest, isInvisible) {
		return "", errors.New("should be an address that begins with https:// (or http://)")
	}
	return told, nil
}

// apiURL may be in the clear only on this machine, for the token goes there.
func apiURL(value any) (any, error) {
	told, err := addressOf(value)
	if err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(told, "://")
	host, _, _ := strings.Cut(rest, "/")
	host = host[strings.LastIndex(host, "@")+1:]
	if at := strings.LastIndex(host, ":"); at >= 0 && isDigits(host[at+1:]) {
		host = host[:at]
	}
	local := host == "localhost" || host == "[::1]" || strings.HasPrefix(host, "127.")
	if strings.HasPrefix(strings.ToLower(told), "http:") && !local {
		return nil, errors.New("should begin with https://, since the token goes there")
	}
	return told, nil
}

func isDigits(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' })
}

func folder(value any) (any, error) { return folderOf(value) }

func folderOf(value any) (string, error) {
	path, ok := value.(string)
	if !ok || strings.TrimSpace(path) == "" || strings.ContainsRune(path, 0) {
		return "", fmt.Errorf("should be the path of a folder, not %s", shown(value))
	}
	if path == "~" || strings.HasPrefix(path, "~/") {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, path[1:]), nil
		}
	}
	return path, nil
}

func folders(value any) (any, error) { return each(value, folderOf) }

func texts(value any) (any, error) { return each(value, textOf) }

func labels(value any) (any, error) { return each(value, labelOf) }

func labelOf(value any) (string, error) {
	name, err := textOf(value)
	if err == nil && utf8.RuneCountInString(name) > longestLabel {
		err = fmt.Errorf("should be names of at most %d characters, not %s", longestLabel, shown(value))
	}
	return name, err
}

// trigger is a label of its own: splat is on every issue from the start, so that it would start everything at once.
func trigger(value any) (any, error) {
	name, err := labelOf(value)
	if err == nil && strings.EqualFold(name, "splat") {
		err = errors.New("should be another label than splat, which every issue has")
	}
	return name, err
}

func numbers(value any) (any, error) {
	if given, ok := value.([]int64); ok {
		for _, number := range given {
			if number <= 0 {
				return nil, fmt.Errorf("should be the numeric ids of accounts, not %v", number)
			}
		}
		return given, nil
	}
	found, err := several(value)
	if err != nil {
		return nil, err
	}
	made := make([]int64, len(found))
	for index, each := range found {
		number, err := strconv.ParseInt(each, 10, 64)
		if err != nil || number <= 0 {
			return nil, fmt.Errorf("should be the numeric ids of accounts, not %s", shown(value))
		}
		made[index] = number
	}
	return made, nil
}

func flag(value any) (any, error) {
	switch told := value.(type) {
	case bool:
		return told, nil
	case string:
		switch strings.ToLower(strings.TrimSpace(told)) {
		case "1", "true", "yes", "on":
			return true, nil
		case "0", "false", "no", "off":
			return false, nil
		}
	}
	return nil, fmt.Errorf("should be true or false, not %s", shown(value))
}

func share(value any) (any, error) { return number(value, 0, 1, "a number from 0 to 1") }

func seconds(value any) (any, error) { return number(value, 0, 60, "a number of seconds from 0 to 60") }

func number(value any, least, most float64, what string) (any, error) {
	made, ok := value.(float64)
	if told, isText := value.(string); isText {
		parsed, err := strconv.ParseFloat(strings.TrimSpace(told), 64)
		made, ok = parsed, err == nil
	}
	if !ok || math.IsNaN(made) || made < least || made > most {
		return nil, fmt.Errorf("should be %s, not %s", what, shown(value))
	}
	return made, nil
}

// moment is a time as reports have it, from a time.Time or a text in that form.
func moment(value any) (any, error) {
	if at, ok := value.(time.Time); ok {
		return clock.ISO(at.UnixMilli()), nil
	}
	told, err := textOf(value)
	if err == nil {
		var at time.Time
		if at, err = time.Parse(time.RFC3339Nano, told); err == nil {
			return clock.ISO(at.UnixMilli()), nil
		}
	}
	return nil, fmt.Errorf("should be a time like 2026-11-21T07:00:00Z, not %s", shown(value))
}

func oneOf(words ...string) func(any) (any, error) {
	return func(value any) (any, error) { return word(value, words) }
}

// someOf reads any of these words; none at all as "none".
func someOf(words ...string) func(any) (any, error) {
	return func(value any) (any, error) {
		found, err := several(value)
		if err != nil || len(found) == 1 && found[0] == "none" {
			return []string(nil), err
		}
		return each(value, func(one any) (string, error) { return word(one, words) })
	}
}

func word(value any, words []string) (string, error) {
	told, _ := value.(string)
	told = strings.ToLower(strings.TrimSpace(told))
	for _, each := range words {
		if told == each {
			return told, nil
		}
	}
	hint := ""
	if alike := closest(told, words); alike != "" {
		hint = fmt.Sprintf(" (did you mean %s?)", alike)
	}
	return "", fmt.Errorf("should be one of %s, not %s%s", strings.Join(words, ", "), shown(value), hint)
}

// each reads every one of several, and keeps what is not empty once.
func each(value any, read func(any) (string, error)) ([]string, error) {
	found, err := several(value)
	if err != nil {
		return nil, err
	}
	var made []string
	known := map[string]bool{}
	for _, one := range found {
		told, err := read(one)
		if err != nil {
			return nil, err
		}
		if told != "" && !known[told] {
			known[told] = true
			made = append(made, told)
		}
	}
	return made, nil
}

// several is a list, or a text with commas between.
func several(value any) ([]string, error) {
	switch told := value.(type) {
	case string:
		var made []string
		for _, each := range strings.Split(told, ",") {
			if each = strings.TrimSpace(each); each != "" {
				made = append(made, each)
			}
		}
		return made, nil
	case []string:
		if len(told) <= most {
			return told, nil
		}
	}
	return nil, fmt.Errorf("should be a list, not %s", shown(value))
}

// shown is a user's value in a warning; it may be the token that was meant for another option.
func shown(value any) string {
	switch told := value.(type) {
	case string:
		if len(told) > most {
			told = told[:most]
		}
		quoted := []rune(strconv.Quote(redact.New(nil).Text(told)))
		if len(quoted) > 60 {
			quoted = quoted[:60]
		}
		return string(quoted)
	case bool, float64, int64:
		return fmt.Sprint(told)
	}
	return fmt.Sprintf("a value of type %T", value)
}

// closest is the one of words that a name is most likely meant to be; "" when none is.
func closest(name string, words []string) string {
	best, found := 3, ""
	for _, each := range words {
		if far := distance(name, each, best); far < best && far*3 <= len(each) {
			best, found = far, each
		}
	}
	return found
}

// distance is how many letters differ, as Levenshtein counts, or most when at least so many do.
func distance(a, b string, most int) int {
	if len(a) > 40 || len(b) > 40 || len(a)-len(b) >= most || len(b)-len(a) >= most {
		return most
	}
	row := make([]int, len(b)+1)
	for index := range row {
		row[index] = index
	}
	for i := range a {
		before := row[0]
		row[0] = i + 1
		for j := range b {
			cost := before
			if a[i] != b[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j]+1, before+1)
		}
	}
	return min(row[len(b)], most)
}
