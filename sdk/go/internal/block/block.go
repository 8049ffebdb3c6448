// Package block is what the SDK reads and writes of an issue that is there: its marker, and the block that counts
// (D2 to D4, D8).
package block

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/splat-heal/splat/sdk/go/internal/text"
)

// MaxCount is the largest count a block says.
const MaxCount = 999_999_999_999_999

const (
	maxBody      = 65_536 // GitHub takes no longer one; in bytes of UTF-8 to be safe
	mostReleases = 20
	furthestEnd  = 1_000
	end          = "<!-- splat:end -->"
)

var patterns = sync.OnceValue(func() (made struct{ marker, seen, duplicate *regexp.Regexp }) {
	made.marker = regexp.MustCompile("<!-- splat:1 signature=([0-9a-f]{16}) -->")
	made.seen = regexp.MustCompile("<!-- splat:seen count=([0-9]{1,15}) first=([0-9TZ:.-]{20,30}) " +
		"last=([0-9TZ:.-]{20,30}) releases=([0-9A-Za-z._+%,]*) -->")
	made.duplicate = regexp.MustCompile("<!-- splat:duplicate of=([1-9][0-9]{0,17}) -->")
	return made
})

// Block is what a block says. Times as R1 writes them, releases encoded as D3 says, oldest first.
type Block struct {
	Count       int64
	First, Last string
	Releases    []string
	DuplicateOf int64 // number of the issue this one was closed for (D8); 0 for none
	start, stop int   // where it stands in the body, in bytes
}

// Marker is the line that marks an issue with its signature.
func Marker(signature string) string { return "<!-- splat:1 signature=" + signature + " -->" }

// MarkerOf is the signature that a body is marked with (D2); "" without one, or with two that differ.
func MarkerOf(body string) string {
	found := ""
	for _, match := range patterns().marker.FindAllStringSubmatch(body, -1) {
		if found != "" && found != match[1] {
			return ""
		}
		found = match[1]
	}
	return found
}

// Encoded is a release as a block lists it (D3); "" for none.
func Encoded(release string) string {
	raw := text.OneLine(release, 1_000)
	var made strings.Builder
	for at := 0; at < len(raw) && at < 60; at++ {
		if char := raw[at]; isPlain(char) {
			made.WriteByte(char)
		} else {
			fmt.Fprintf(&made, "%%%02X", char)
		}
	}
	return made.String()[:min(made.Len(), 60)]
}

func isPlain(char byte) bool {
	return '0' <= char && char <= '9' || 'a' <= char|0x20 && char|0x20 <= 'z' || strings.IndexByte("._+", char) >= 0
}

// Text is the block of D3. Releases are encoded; duplicateOf is 0 but for D8.
func Text(count int64, first, last string, releases []string, duplicateOf int64) string {
	often, wide, duplicate := "once", "", ""
	if count != 1 {
		often = fmt.Sprintf("**%d times**", count)
	}
	if len(releases) > 1 {
		wide = fmt.Sprintf(", in %d releases", len(releases))
	}
	if duplicateOf != 0 {
		duplicate = fmt.Sprintf("<!-- splat:duplicate of=%d -->\n", duplicateOf)
	}
	return fmt.Sprintf("<!-- splat:seen count=%d first=%s last=%s releases=%s -->\n%sSeen %s, first %s, last %s%s.\n%s",
		count, first, last, strings.Join(releases, ","), duplicate, often, shown(first), shown(last), wide, end)
}

// shown is a time for people; texts that are no times come from bodies alone.
func shown(time string) string {
	return time[:min(10, len(time))] + " " + time[min(11, len(time)):min(19, len(time))] + " UTC"
}

// Of is what the block of a body says; nil when it has none that is whole.
func Of(body string) *Block {
	head := patterns().seen.FindStringSubmatchIndex(body)
	if head == nil {
		return nil
	}
	part := func(group int) string { return body[head[2*group]:head[2*group+1]] }
	behind := body[head[1]:]
	stop := strings.Index(behind, end)
	if stop < 0 || text.Longer(behind[:stop], furthestEnd) {
		return nil
	}
	made := &Block{First: part(2), Last: part(3), start: head[0], stop: head[1] + stop + len(end)}
	made.Count, _ = strconv.ParseInt(part(1), 10, 64)
	for _, each := range strings.Split(part(4), ",") {
		if each != "" {
			made.Releases = append(made.Releases, each)
		}
	}
	if duplicate := patterns().duplicate.FindStringSubmatch(behind[:stop]); duplicate != nil {
		made.DuplicateOf, _ = strconv.ParseInt(duplicate[1], 10, 64)
	}
	return made
}

// Counted is the body with count more in its block, seen from first to last in release (D4). False when it has no
// block, or would be too long. Nothing around the block changes.
func Counted(body string, count int64, first, last, release string) (string, bool) {
	was := Of(body)
	if was == nil {
		return "", false
	}
	releases := was.Releases
	if name := Encoded(release); name != "" && !contains(releases, name) {
		releases = append(releases, name)
	}
	releases = releases[max(0, len(releases)-mostReleases):]
	count = min(was.Count+min(count, MaxCount), MaxCount)
	return was.replaced(body, Text(count, min(was.First, first), max(was.Last, last), releases, 0))
}

// AsDuplicate is the body with of named in its block as the issue that stays (D8); false as with Counted.
func AsDuplicate(body string, of int64) (string, bool) {
	was := Of(body)
	if was == nil {
		return "", false
	}
	return was.replaced(body, Text(was.Count, was.First, was.Last, was.Releases, of))
}

func (b *Block) replaced(body, now string) (string, bool) {
	body = body[:b.start] + now + body[b.stop:]
	return body, len(body) < maxBody
}

func contains(texts []string, wanted string) bool {
	for _, each := range texts {
		if each == wanted {
			return true
		}
	}
	return false
}
