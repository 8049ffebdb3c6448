package logs

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/text"
)

// Of one record's attributes, in code points.
const mostAttributes = 2_000

// Handler hands on every record, and remembers it.
type Handler struct {
	Next   slog.Handler
	Ring   *Ring
	before string // attributes and groups that were set on the logger
	group  string
}

// Enabled is what the handler behind it says.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.Next.Enabled(ctx, level)
}

// Handle remembers the record, and answers what the handler behind it answers.
func (h *Handler) Handle(ctx context.Context, record slog.Record) error {
	h.remember(record)
	return h.Next.Handle(ctx, record)
}

// WithAttrs is a handler with more attributes.
func (h *Handler) WithAttrs(attributes []slog.Attr) slog.Handler {
	made := *h
	made.Next = h.Next.WithAttrs(attributes)
	for _, each := range attributes {
		made.before += shown(h.group, each)
	}
	made.before = text.First(made.before, mostAttributes)
	return &made
}

// WithGroup is a handler with a group.
func (h *Handler) WithGroup(name string) slog.Handler {
	made := *h
	made.Next = h.Next.WithGroup(name)
	if name != "" {
		made.group = text.First(h.group+name+".", mostAttributes)
	}
	return &made
}

func (h *Handler) remember(record slog.Record) {
	defer func() { recover() }()
	var line strings.Builder
	line.WriteString(record.Message)
	line.WriteString(h.before)
	most := line.Len() + 4*mostAttributes
	record.Attrs(func(each slog.Attr) bool {
		line.WriteString(shown(h.group, each))
		return line.Len() < most
	})
	h.Ring.Add(Record{Time: record.Time.UnixMilli(), Level: strings.ToLower(record.Level.String()), Message: line.String()})
}

// shown is an attribute as ` key=value`. Of the app's own code only an error's text is asked for.
func shown(group string, attribute slog.Attr) string {
	value := attribute.Value
	told := ""
	switch value.Kind() {
	case slog.KindGroup:
		var all strings.Builder
		for _, each := range value.Group() {
			all.WriteString(shown(group+attribute.Key+".", each))
		}
		return text.First(all.String(), mostAttributes)
	case slog.KindLogValuer:
		told = fmt.Sprintf("(%T)", value.Any())
	case slog.KindAny:
		if err, ok := value.Any().(error); ok {
			told = err.Error()
		} else {
			told = fmt.Sprintf("(%T)", value.Any())
		}
	default:
		told = value.String()
	}
	return text.First(fmt.Sprintf(" %s%s=%s", group, attribute.Key, told), mostAttributes)
}
