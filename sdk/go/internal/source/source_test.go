//go:build unix

package source_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/source"
)

func TestAround(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.go")
	os.WriteFile(path, []byte("1\r\n2\n3\n4\n5\n6\n7\n8"), 0o600)
	var sources source.Sources
	for _, each := range []struct {
		line                   int
		source, before, behind string
	}{
		{1, "1", "", "2 3 4 5 6"}, {7, "7", "2 3 4 5 6", "8"}, {8, "8", "3 4 5 6 7", ""},
	} {
		line, before, behind, ok := sources.Around(path, each.line)
		if !ok || line != each.source || strings.Join(before, " ") != each.before || strings.Join(behind, " ") != each.behind {
			t.Errorf("%d: %q %q %q", each.line, line, before, behind)
		}
	}
	os.Remove(path) // each file is read once
	if _, _, _, ok := sources.Around(path, 1); !ok {
		t.Error("read again")
	}
	for _, line := range []int{0, -1, 9} {
		if _, _, _, ok := sources.Around(path, line); ok {
			t.Error(line)
		}
	}
}

func TestWhatIsNoSourceIsNotRead(t *testing.T) {
	folder := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(folder, name)
		os.WriteFile(path, data, 0o600)
		return path
	}
	pipe := filepath.Join(folder, "pipe.go")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	var sources source.Sources
	for _, path := range []string{
		write("secret.env", []byte("a")), write("large.go", make([]byte, 2<<20+1)), pipe, folder, "/etc/passwd", "", "none.go",
	} {
		if _, _, _, ok := sources.Around(path, 1); ok {
			t.Error(path)
		}
	}
	odd := write("odd.go", []byte("a\xff\n"+strings.Repeat("b", 10_000)))
	line, _, behind, _ := sources.Around(odd, 1)
	if line != "a\ufffd" || len(behind[0]) > 5_000 {
		t.Errorf("%q %d", line, len(behind[0]))
	}
}
