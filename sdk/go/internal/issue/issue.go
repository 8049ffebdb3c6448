// Package issue writes the title and the body of an issue, for a person and for the engine (I).
package issue

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/splat-heal/splat/sdk/go/internal/signature"
	"github.com/splat-heal/splat/sdk/go/internal/text"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

const (
	maxTitle = 120
	maxPath  = 200
)

type part = map[string]any

var numbers = sync.OnceValue(func() [2]*regexp.Regexp {
	return [2]*regexp.Regexp{regexp.MustCompile("#+([0-9])"), regexp.MustCompile("([Gg][Hh])-([0-9])")}
})

// Title is type and place, at most 120 code points, without anything that GitHub links (I2).
func Title(report values.Report) string {
	exceptions := values.Maps(report, "exceptions")
	kind := text.Cut(text.OneLine(signature.TypeName(values.Text(exceptions[0], "type")), 1_000), 80)
	if kind == "" {
		kind = "Error"
	}
	_, frame := place(exceptions)
	path := text.OneLine(values.Text(frame, "path"), maxPath)
	if path == "" {
		return text.Cut(unlinked("[Splat] "+kind), maxTitle)
	}
	made := unlinked("[Splat] " + kind + " in " + located(path, frame))
	for text.Len(made) > maxTitle && strings.Contains(path, "/") {
		_, path, _ = strings.Cut(path, "/")
		made = unlinked("[Splat] " + kind + " in .../" + located(path, frame))
	}
	return text.Cut(made, maxTitle)
}

func unlinked(title string) string {
	title = strings.NewReplacer("@", "", "`", "'").Replace(title)
	title = numbers()[0].ReplaceAllString(title, "${1}")
	return numbers()[1].ReplaceAllString(title, "${1} ${2}")
}

// place is the frame where it went wrong, behind the index of its exception; an empty frame where there is none (I1).
func place(exceptions []part) (int, part) {
	inwards := chain(exceptions)
	isOfChain := make(map[int]bool, len(inwards))
	for _, index := range inwards {
		isOfChain[index] = true
	}
	order := append([]int{}, inwards...)
	for index := range exceptions {
		if !isOfChain[index] {
			order = append(order, index)
		}
	}
	for _, index := range order {
		frames := values.Maps(exceptions[index], "frames")
		for at := len(frames) - 1; at >= 0; at-- {
			if frames[at]["in_app"] == true {
				return index, frames[at]
			}
		}
	}
	for _, index := range inwards {
		if frames := values.Maps(exceptions[index], "frames"); len(frames) > 0 {
			return index, frames[len(frames)-1]
		}
	}
	return 0, nil
}

// chain is the chain of the exception that surfaced, as indices, from its end (S7).
func chain(exceptions []part) []int {
	causes := map[int]int{}
	for index, each := range exceptions[:min(len(exceptions), 200)] {
		relation := values.Text(each, "relation")
		parent, is := values.Whole(each["parent"])
		_, has := causes[int(parent)]
		if is && !has && (relation == "cause" || relation == "context") && 0 <= parent && parent < int64(index) {
			causes[int(parent)] = index
		}
	}
	made := []int{0}
	for below, has := causes[0]; has; below, has = causes[below] {
		made = append([]int{below}, made...)
	}
	return made
}

func located(path string, frame part) string {
	if line, is := values.Whole(frame["line"]); is && line != 0 {
		return fmt.Sprintf("%s:%d", path, line)
	}
	return path
}

func where(frame part) string {
	if made := located(text.OneLine(values.Text(frame, "path"), maxPath), frame); made != "" {
		return made
	}
	return "?"
}
