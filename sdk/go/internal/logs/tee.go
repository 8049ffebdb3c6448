package logs

import (
	"io"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/text"
)

// Tee hands on every byte of a log, and then looks at it.
type Tee struct {
	Next io.Writer
	// Look gets each line, or what net/http writes at once, after it was written. It may not log.
	Look func(line string)
	off  atomic.Bool
}

// Write answers what the writer behind it answers.
func (t *Tee) Write(line []byte) (int, error) {
	written, err := t.Next.Write(line)
	if !t.off.Load() {
		t.look(line)
	}
	return written, err
}

func (t *Tee) look(line []byte) {
	defer func() { recover() }()
	t.Look(string(line[:min(len(line), 4*mostAText)]))
}

// Stop only hands on from now on.
func (t *Tee) Stop() { t.off.Store(true) }

var (
	stamp  = regexp.MustCompile(`^[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})? `)
	levels = []string{"DEBUG", "INFO", "WARN", "ERROR"}
)

// Line is what a line of package log says, without its time. log/slog's own handler writes levels in front.
func Line(line string) Record {
	line = strings.TrimRight(line, "\n")
	line = line[len(stamp.FindString(line[:min(len(line), 40)])):]
	made := Record{Time: clock.Now(), Message: text.First(line, mostAText)}
	for _, level := range levels {
		if rest, found := strings.CutPrefix(line, level+" "); found {
			made.Level, made.Message = strings.ToLower(level), rest
		}
	}
	return made
}
