// Package source reads the lines around a frame (F5), each file once.
package source

import (
	"io"
	"os"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/text"
)

const (
	largest      = 2 << 20
	mostBytes    = 8 << 20 // that are remembered; beyond that all are forgotten and read again
	mostFiles    = 2_000
	mostAround   = 5
	longestALine = 4_096
)

// Sources is used by one goroutine at a time.
type Sources struct {
	known map[string][]string
	size  int
}

// Around is the text of a line that counts from 1, and up to five lines before and behind it; ok is false where it is
// not known. Only Go files are read: a path may come out of a printed trace.
func (s *Sources) Around(file string, line int) (source string, before, behind []string, ok bool) {
	lines := s.lines(file)
	if line < 1 || line > len(lines) {
		return "", nil, nil, false
	}
	at := line - 1
	return lines[at], lines[max(0, at-mostAround):at], lines[line:min(len(lines), line+mostAround)], true
}

func (s *Sources) lines(file string) []string {
	if lines, known := s.known[file]; known {
		return lines
	}
	var lines []string
	told := read(file)
	if told != "" {
		lines = strings.Split(strings.ReplaceAll(told, "\r\n", "\n"), "\n")
		for index, line := range lines {
			lines[index] = text.First(line, longestALine)
		}
	}
	if s.known == nil || s.size+len(told) > mostBytes || len(s.known) >= mostFiles {
		s.known, s.size = map[string][]string{}, 0
	}
	s.known[file] = lines
	s.size += len(told)
	return lines
}

// read is what stands in a plain file of at most 2 MiB; nothing where there is none.
func read(file string) string {
	if !strings.HasSuffix(file, ".go") {
		return ""
	}
	// A pipe that has taken a file's place must not hold us.
	state, err := os.Stat(file)
	if err != nil || !state.Mode().IsRegular() || state.Size() > largest {
		return ""
	}
	opened, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer opened.Close()
	data, err := io.ReadAll(io.LimitReader(opened, largest))
	if err != nil {
		return ""
	}
	return text.Valid(string(data))
}
