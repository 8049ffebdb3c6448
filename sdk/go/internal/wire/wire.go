// Package wire is an item as the text that is stored and sent, and back (P8).
package wire

import (
	"errors"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/canonical"
	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// CountSchema names the shape of a count.
const CountSchema = "splat-count/1"

const (
	idDigits        = 32
	signatureDigits = 16
	head            = 1_000 // of a text, where its schema stands when it is a count
)

// Text is the item in canonical JSON, on one line: a report, or a count.
func Text(item values.Item) (string, error) {
	switch {
	case item.Text != "":
		return item.Text, nil
	case item.Count == nil:
		return canonical.Text(item.Report)
	}
	return canonical.Text(map[string]any{
		"schema": CountSchema, "id": item.ID, "signature": item.Count.Signature, "count": item.Count.Seen,
		"first": clock.ISO(item.Count.First), "last": clock.ISO(item.Count.Last), "release": item.Count.Release,
	})
}

// Read is the item in a text that Text wrote; an error, with what is wrong, for any other.
func Read(text string) (values.Item, error) {
	if strings.Contains(text[:min(len(text), head)], `"schema":"`+CountSchema+`"`) {
		return readCount(text)
	}
	report, err := canonical.ReadBack(text)
	if err != nil {
		return values.Item{}, err
	}
	when, err := clock.Parse(values.Text(report, "time"))
	switch {
	case !canonical.IsHex(report["id"], idDigits):
		err = errors.New("$.id: an id is 32 lower-case hexadecimal digits")
	case err != nil || values.Text(report, "signature") == "":
		err = errors.New("$: a stored report has a time and a signature")
	}
	return values.Item{ID: values.Text(report, "id"), Time: when, Report: report, Text: text}, err
}

func readCount(text string) (values.Item, error) {
	value, err := canonical.Parse(text)
	if err != nil {
		return values.Item{}, err
	}
	part, _ := value.(map[string]any)
	if !canonical.IsHex(part["id"], idDigits) || !canonical.IsHex(part["signature"], signatureDigits) {
		return values.Item{}, errors.New("$: a count has an id and a signature")
	}
	seen, is := part["count"].(int64)
	release, isText := part["release"].(string)
	if !is || seen < 1 || !isText {
		return values.Item{}, errors.New("$: a count has a positive count and a release")
	}
	first, err := clock.Parse(values.Text(part, "first"))
	if err != nil {
		return values.Item{}, err
	}
	last, err := clock.Parse(values.Text(part, "last"))
	count := &values.Count{Signature: values.Text(part, "signature"), Seen: seen, First: first, Last: last, Release: release}
	return values.Item{ID: values.Text(part, "id"), Time: last, Count: count, Text: text}, err
}
