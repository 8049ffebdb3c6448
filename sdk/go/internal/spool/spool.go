// Package spool keeps what could not be delivered yet, in a folder that only this user can read; the next process sends
// it (P).
package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/files"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/wire"
)

const (
	mostFiles     = 200
	mostBytes     = 20_000_000
	largest       = 4_000_000
	takenFor      = 10 * time.Minute // after which whoever took it is not believed to be alive
	unfinishedFor = time.Hour
	badFor        = 7 * 24 * time.Hour
)

var takenName = regexp.MustCompile(`^(.+\.json)\.([0-9]{1,10})\.taken$`)

// Paths of what this process took and still holds. A process's number alone does not tell: in a container it is always
// the same.
var (
	holding sync.Mutex
	held    = map[string]bool{}
)

func hold(path string) {
	holding.Lock()
	defer holding.Unlock()
	held[path] = true
}

func letGo(path string) {
	holding.Lock()
	defer holding.Unlock()
	delete(held, path)
}

func isHeld(path string) bool {
	holding.Lock()
	defer holding.Unlock()
	return held[path]
}

// Taken is an item whose file no other process will take.
type Taken struct {
	Item values.Item
	path string
	in   *making
}

// making is one time that the folder was made. It may be deleted while we hold files in it.
type making struct{ folder string }

// Name is the one under which it stood there for all to take.
func (t Taken) Name() string {
	name, _ := free(filepath.Base(t.path))
	return name
}

// free is the name for all to take in that of a taken file, and who took it.
func free(name string) (string, int) {
	match := takenName.FindStringSubmatch(name)
	if match == nil {
		return "", 0
	}
	pid, _ := strconv.Atoi(match[2])
	return match[1], pid
}

// Spool is the files of one folder. Used by one goroutine at a time.
type Spool struct {
	Folder     string
	Dropped    int // how many were deleted because there were too many, since this was last set to 0
	Unreadable int // how many were set aside by P5, since then
	made       *making
}

// Open makes the folder.
func Open(folder string) (*Spool, error) {
	if err := files.Private(folder); err != nil {
		return nil, err
	}
	return &Spool{Folder: folder, made: &making{folder}}, nil
}

// PutTaken leaves the item, for this process to deliver as long as it lives.
func (s *Spool) PutTaken(item values.Item, sync bool) (Taken, error) {
	name := fmt.Sprintf("%s.%d.taken", files.Unused(s.Folder, files.NameOf(item)), os.Getpid())
	path := filepath.Join(s.Folder, name)
	hold(path)
	if err := files.Write(s.Folder, name, item.Text, sync); err != nil {
		letGo(path)
		return Taken{}, err
	}
	return Taken{item, path, s.made}, nil
}

// Renew writes an item in the place of the one that was taken.
func (s *Spool) Renew(taken Taken, item values.Item) (Taken, error) {
	return Taken{item, taken.path, s.made}, files.Write(s.Folder, filepath.Base(taken.path), item.Text, false)
}

// Take gives up to most items, the oldest first, that are now for this process alone to deliver, of those whose names
// come after a name.
func (s *Spool) Take(most int, after string) []Taken {
	var made []Taken
	for _, name := range s.names() {
		if len(made) == most {
			break
		}
		if name <= after {
			continue
		}
		if taken, ok := s.take(name); ok {
			made = append(made, taken)
		}
	}
	return made
}

// Done is for what is delivered, or never will be.
func (s *Spool) Done(taken Taken) {
	letGo(taken.path)
	os.Remove(taken.path)
}

// Withdraw is for what was given back and needs no delivery any more.
func (s *Spool) Withdraw(taken Taken) {
	if name := taken.Name(); name != "" {
		os.Remove(filepath.Join(s.Folder, name))
	}
}

// Back leaves it to another try, by this process or another one.
func (s *Spool) Back(taken Taken) error {
	name := taken.Name()
	if name == "" {
		return nil
	}
	err := os.Rename(taken.path, filepath.Join(s.Folder, name))
	letGo(taken.path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, gone := os.Stat(s.Folder); gone != nil {
		if err := files.Private(s.Folder); err != nil {
			return err
		}
		s.made = &making{s.Folder}
	}
	if taken.in == s.made {
		return nil // it was taken for dead, and given back
	}
	return files.Write(s.Folder, name, taken.Item.Text, false)
}

// Tidy gives back what the dead had taken, and deletes what is too old or too much (P3 to P5).
func (s *Spool) Tidy() {
	entries, err := os.ReadDir(s.Folder)
	if err != nil {
		return
	}
	for _, entry := range entries {
		s.tidy(entry)
	}
	s.trim()
}

func (s *Spool) tidy(entry os.DirEntry) {
	name := entry.Name()
	path := filepath.Join(s.Folder, name)
	state, err := entry.Info()
	if err != nil {
		return
	}
	age := time.Since(state.ModTime())
	switch {
	case strings.HasSuffix(name, ".tmp"):
		if age > unfinishedFor {
			os.Remove(path)
		}
	case strings.HasSuffix(name, ".bad"):
		if age > badFor {
			os.Remove(path)
		}
	default:
		if back, pid := free(name); back != "" && !isHeld(path) && (files.Gone(pid) || age > takenFor) {
			os.Rename(path, filepath.Join(s.Folder, back))
		}
	}
}

func (s *Spool) names() []string {
	entries, err := os.ReadDir(s.Folder)
	if err != nil {
		return nil
	}
	var made []string
	for _, each := range entries {
		if strings.HasSuffix(each.Name(), ".json") {
			made = append(made, each.Name())
		}
	}
	sort.Strings(made)
	return made
}

func (s *Spool) take(name string) (Taken, bool) {
	from := filepath.Join(s.Folder, name)
	path := fmt.Sprintf("%s.%d.taken", from, os.Getpid())
	hold(path)
	now := time.Now()
	os.Chtimes(from, now, now) // its age as taken is counted from now
	if os.Rename(from, path) != nil {
		letGo(path) // another process was faster
		return Taken{}, false
	}
	item, err := read(path)
	if err != nil {
		os.Rename(path, from+".bad")
		s.Unreadable++
		letGo(path)
		return Taken{}, false
	}
	return Taken{item, path, s.made}, true
}

// read is the item in a plain file.
func read(path string) (values.Item, error) {
	state, err := os.Lstat(path)
	if err != nil {
		return values.Item{}, err
	}
	if !state.Mode().IsRegular() || state.Size() > largest {
		return values.Item{}, fmt.Errorf("%s is no file of at most %d bytes", path, largest)
	}
	file, err := os.Open(path)
	if err != nil {
		return values.Item{}, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, largest))
	if err != nil {
		return values.Item{}, err
	}
	return wire.Read(string(data))
}

func (s *Spool) trim() {
	names := s.names()
	sizes := make([]int64, len(names))
	left := int64(0)
	for index, name := range names {
		if state, err := os.Lstat(filepath.Join(s.Folder, name)); err == nil {
			sizes[index] = state.Size()
		}
		left += sizes[index]
	}
	for index, name := range names {
		if len(names)-index <= mostFiles && left <= mostBytes {
			return
		}
		if os.Remove(filepath.Join(s.Folder, name)) == nil {
			s.Dropped++
		}
		left -= sizes[index]
	}
}

// WaitsIn says whether a process that is gone left something there. Looks at names alone.
func WaitsIn(folder string) bool {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false
	}
	for _, each := range entries {
		name := each.Name()
		_, pid := free(name)
		if strings.HasSuffix(name, ".json") || pid != 0 && files.Gone(pid) {
			return true
		}
	}
	return false
}
