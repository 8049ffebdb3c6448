// Package signature gives one short name to one bug: 16 hexadecimal digits, the same here as the engine computes from
// the printed trace. The rule numbers are those of sdk/SPEC.md.
//
//	field.go      white space, types               S1-S3
//	paths.go      a path as the app's root sees it S4
//	functions.go  function names                   S5
//	messages.go   a message without what varies    S6
//	signature.go  which frame speaks, and the hash S7-S14
package signature

import (
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/values"
)

const (
	maxNesting    = 5 // groups inside groups are followed this deep
	maxFrames     = 2_000
	maxExceptions = 200
)

// special are the errors that say what ended, whatever frame they came from (S9, S10).
type special struct{ rule, types, beginnings string }

var (
	outOfMemory = special{"out-of-memory", "MemoryError NoMemoryError OutOfMemoryError", "Allowed memory size of |" +
		"JavaScript heap out of memory|Array buffer allocation failed|runtime: out of memory|runtime: cannot allocate memory"}
	workerTimeout = special{"worker-timeout", "SoftTimeLimitExceeded TimeLimitExceeded WorkerLostError JobTimeoutException " +
		"RequestTimeoutException RequestTimeoutError RequestExpiryError", "Maximum execution time of "}
	overflow = special{"overflow", "RecursionError SystemStackError StackOverflowError", "Maximum call stack size |" +
		"too much recursion|stack overflow|Maximum function nesting level of |maximum recursion depth exceeded"}
)

func (s special) is(exception values.Exception) bool {
	name := lastPart(TypeName(exception.Type))
	if name != "" && strings.Contains(" "+s.types+" ", " "+name+" ") {
		return true
	}
	for _, beginning := range strings.Split(s.beginnings, "|") {
		if strings.HasPrefix(exception.Message, beginning) {
			return true
		}
	}
	return false
}

// Signature is 16 lower-case hexadecimal digits; root as in F1, "" where unknown.
func Signature(runtime, root string, exceptions []values.Exception) string {
	return digest(Canonical(runtime, root, exceptions))
}

// Canonical is what is hashed: lines of key=value, joined by one newline, none at the end.
func Canonical(runtime, root string, exceptions []values.Exception) string {
	if len(exceptions) == 0 {
		return lines(runtime, "empty")
	}
	made := chains{runtime, root, exceptions[:min(len(exceptions), maxExceptions)], map[int]int{}, map[int][]int{}}
	for index, exception := range made.exceptions {
		parent := exception.Parent
		switch _, has := made.cause[parent]; {
		case parent < 0 || parent >= index:
		case exception.Relation == "member":
			made.members[parent] = append(made.members[parent], index)
		case (exception.Relation == "cause" || exception.Relation == "context") && !has:
			made.cause[parent] = index
		}
	}
	return made.canonical(0, 0)
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// lines is a canonical text: pairs are keys and values in turns.
func lines(runtime, rule string, pairs ...string) string {
	var made strings.Builder
	made.WriteString("signature=1\nruntime=" + runtime + "\nrule=" + rule)
	for index := 0; index+1 < len(pairs); index += 2 {
		made.WriteString("\n" + pairs[index] + "=" + pairs[index+1])
	}
	return made.String()
}

// chains is one error's exceptions, and which hang on which.
type chains struct {
	runtime, root string
	exceptions    []values.Exception
	cause         map[int]int
	members       map[int][]int
}

// canonical is the canonical text of the exception at start and all that hang on it (S8).
func (c *chains) canonical(start, depth int) string {
	chain := []int{start}
	for below, has := c.cause[start]; has; below, has = c.cause[below] {
		chain = append(chain, below)
	}
	surfaced := TypeName(c.exceptions[start].Type)
	for _, index := range chain {
		for _, kind := range [...]special{outOfMemory, workerTimeout} {
			if kind.is(c.exceptions[index]) {
				return lines(c.runtime, kind.rule, "type", TypeName(c.exceptions[index].Type))
			}
		}
	}
	for _, index := range chain {
		if overflow.is(c.exceptions[index]) {
			if place, found := c.smallestOfCycle(c.exceptions[index]); found {
				return lines(c.runtime, overflow.rule, "type", surfaced, "path", place.path, "function", place.function)
			}
		}
	}
	for at := len(chain) - 1; at >= 0 && depth < maxNesting; at-- {
		if members := c.members[chain[at]]; len(members) > 0 {
			return lines(c.runtime, "group", append([]string{"type", surfaced}, c.signatures(members, depth)...)...)
		}
	}
	return c.byFrame(chain, surfaced)
}

// signatures are the lines of a group's members (S11).
func (c *chains) signatures(members []int, depth int) []string {
	found := map[string]bool{}
	for _, member := range members {
		found[digest(c.canonical(member, depth+1))] = true
	}
	each := make([]string, 0, len(found))
	for name := range found {
		each = append(each, name)
	}
	sort.Strings(each)
	made := make([]string, 0, 2*len(each))
	for _, name := range each {
		made = append(made, "member", name)
	}
	return made
}

// byFrame is S12 and S13.
func (c *chains) byFrame(chain []int, surfaced string) string {
	speaker := chain[len(chain)-1]
	found := false
	for at := len(chain) - 1; at >= 0; at-- {
		frames := innermost(c.exceptions[chain[at]].Frames)
		for index := len(frames) - 1; index >= 0; index-- {
			if frames[index].InApp {
				return lines(c.runtime, "frame", append([]string{"type", surfaced}, c.frameLines(frames, index)...)...)
			}
		}
		if !found && len(frames) > 0 {
			speaker, found = chain[at], true
		}
	}
	function := ""
	frames := innermost(c.exceptions[speaker].Frames)
	for index := len(frames) - 1; index >= 0 && function == ""; index-- {
		function = FunctionName(c.runtime, frames[index].Function)
	}
	message := FoldMessage(c.exceptions[speaker].Message)
	return lines(c.runtime, "library", "type", surfaced, "function", function, "message", message)
}

func innermost(frames []values.Frame) []values.Frame {
	return frames[max(0, len(frames)-maxFrames):]
}

// frameLines is S12 for the frame at index. Python prints the crash line: there a helper that raises on purpose is told
// apart by its caller.
func (c *chains) frameLines(frames []values.Frame, index int) []string {
	at := c.place(frames[index])
	made := []string{"path", at.path, "function", at.function}
	if c.runtime != "python" {
		return made
	}
	source := Field(frames[index].Source)
	made = append(made, "source", source)
	if rest, raises := strings.CutPrefix(source, "raise"); !raises || rest != "" && rest[0] != ' ' && rest[0] != '(' {
		return made
	}
	for index--; index >= 0; index-- {
		if caller := c.place(frames[index]); frames[index].InApp && caller != at {
			return append(made, "caller.path", caller.path, "caller.function", caller.function,
				"caller.source", Field(frames[index].Source))
		}
	}
	return made
}

type place struct{ path, function string }

func (c *chains) place(frame values.Frame) place {
	return place{RootRelative(c.runtime, frame.Path, c.root), FunctionName(c.runtime, frame.Function)}
}

// smallestOfCycle is the smallest place that an exception's in-app frames name more than once (S10).
func (c *chains) smallestOfCycle(exception values.Exception) (smallest place, found bool) {
	seen := map[place]bool{}
	for _, frame := range innermost(exception.Frames) {
		if !frame.InApp {
			continue
		}
		at := c.place(frame)
		if seen[at] && (!found || at.path < smallest.path || at.path == smallest.path && at.function < smallest.function) {
			smallest, found = at, true
		}
		seen[at] = true
	}
	return smallest, found
}
