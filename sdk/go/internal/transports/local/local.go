// Package local holds the transports that stay on this machine: file, console and none (T3).
package local

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/files"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// None counts everything as delivered, and owes nothing.
type None struct{}

// Send delivers nowhere.
func (None) Send(batch []values.Item) []values.Outcome { return make([]values.Outcome, len(batch)) }

// Tick does nothing.
func (None) Tick() {}

// Hurry does nothing.
func (None) Hurry(time.Time) {}

// Close does nothing.
func (None) Close(time.Time) {}

// File writes one file an item into a folder, which it makes.
type File struct {
	None
	Folder string
	Warn   values.Warn
}

// Send writes each item.
func (f File) Send(batch []values.Item) []values.Outcome {
	made := make([]values.Outcome, len(batch))
	for index, item := range batch {
		err := files.Private(f.Folder)
		if err == nil {
			err = files.Write(f.Folder, files.Unused(f.Folder, files.NameOf(item)), item.Text, true)
		}
		if err != nil {
			made[index] = values.Later
			f.Warn("file", fmt.Sprintf("reports cannot be written to %s (%v); they are kept and tried again. Give the option "+
				"Folder one that belongs to this user and has room.", f.Folder, err))
		}
	}
	return made
}

// Console writes canonical JSON, one line an item. It is ASCII, so that no terminal acts on it.
type Console struct{ None }

// Send writes to what os.Stderr is at the time.
func (Console) Send(batch []values.Item) []values.Outcome {
	var lines strings.Builder
	for _, item := range batch {
		lines.WriteString(item.Text)
		lines.WriteByte('\n')
	}
	made := make([]values.Outcome, len(batch))
	if _, err := io.WriteString(os.Stderr, lines.String()); err != nil {
		for index := range made {
			made[index] = values.Never
		}
	}
	return made
}
