package logs_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/logs"
)

func messages(ring *logs.Ring) []string {
	made := []string{}
	for _, each := range ring.All() {
		made = append(made, each.(map[string]any)["message"].(string))
	}
	return made
}

func TestTheRingIsBounded(t *testing.T) {
	var ring logs.Ring
	for number := 0; number < 250; number++ {
		ring.Add(logs.Record{Message: fmt.Sprint(number)})
	}
	if made := messages(&ring); len(made) != 200 || made[0] != "50" || made[199] != "249" {
		t.Errorf("%v", made)
	}
	for number := 0; number < 300; number++ {
		ring.Add(logs.Record{Message: fmt.Sprint(number) + strings.Repeat("ä", 40_000)})
	}
	size := 0
	made := messages(&ring)
	for _, each := range made {
		size += len(each)
	}
	if size > 600_000 || len(made) == 0 || !strings.HasPrefix(made[len(made)-1], "299") {
		t.Errorf("%d records, %d bytes", len(made), size)
	}
	ring.Add(logs.Record{Message: strings.Repeat("a", 10_000_000)})
	if made := messages(&ring); len(made[len(made)-1]) > 100_001 {
		t.Error("too long")
	}
	ring.Clear()
	if made := ring.All(); len(made) != 0 {
		t.Error(made)
	}
}

func TestLines(t *testing.T) {
	for line, expected := range map[string]string{
		"2026/11/21 07:00:00 hello\n":               " hello",
		"2026/11/21 07:00:00.123456 main.go:7: a\n": " main.go:7: a",
		"2026/11/21 07:00:00 WARN slow n=1\n":       "warn slow n=1",
		"hello":                                     " hello",
		"":                                          " ",
		"INFORMATION":                               " INFORMATION",
	} {
		if made := logs.Line(line); made.Level+" "+made.Message != expected {
			t.Errorf("%q: %+v", line, made)
		}
	}
}

type broken struct{ io.Writer }

func (broken) Write([]byte) (int, error) { return 3, errors.New("full") }

func TestTheTeeAnswersAsWhatStandsBehindIt(t *testing.T) {
	var into bytes.Buffer
	looked := ""
	tee := &logs.Tee{Next: &into, Look: func(line string) { looked += line; panic("no") }}
	if n, err := tee.Write([]byte("a\xff\n")); n != 3 || err != nil || into.String() != "a\xff\n" || looked != "a\xff\n" {
		t.Error(n, err, into.String(), looked)
	}
	tee.Next = broken{}
	if n, err := tee.Write([]byte("hello")); n != 3 || err == nil {
		t.Error(n, err)
	}
	tee.Stop()
	tee.Write([]byte("more"))
	if strings.Contains(looked, "more") {
		t.Error("looked after the end")
	}
}

func TestTheHandlerAnswersAsWhatStandsBehindIt(t *testing.T) {
	var ring logs.Ring
	var bare, found bytes.Buffer
	options := &slog.HandlerOptions{Level: slog.LevelInfo, AddSource: true, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}
	for _, handler := range []slog.Handler{
		slog.NewTextHandler(&bare, options), &logs.Handler{Next: slog.NewTextHandler(&found, options), Ring: &ring},
	} {
		logger := slog.New(handler)
		logger.Debug("hidden")
		logger.With("a", 1).WithGroup("g").WithGroup("").Error("bad", "err", errors.New("x"), slog.Group("in", "n", 2))
		logger.Info("any", "list", []int{1})
	}
	if bare.String() != found.String() {
		t.Errorf("%s\n%s", bare.String(), found.String())
	}
	slog.New(&logs.Handler{Next: slog.NewTextHandler(io.Discard, &slog.HandlerOptions{
		ReplaceAttr: func([]string, slog.Attr) slog.Attr { return slog.Attr{} },
	}), Ring: &ring}).Info("value", "v", slog.AnyValue("plain"))
	made := messages(&ring)
	if fmt.Sprint(made) != "[bad a=1 g.err=x g.in.n=2 any list=([]int) value v=plain]" {
		t.Errorf("%q", made)
	}
}
