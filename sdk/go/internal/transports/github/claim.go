package github

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

const (
	claimName  = "create.lock"
	claimStale = 60 * time.Second // after which whoever holds it is not believed to be alive
)

// claim is the right to create issues, had by one process a host at a time (D7). Where there is no folder to write in,
// everyone has it: D8 puts that right.
type claim struct {
	path string
	held bool
}

func newClaim(folder string) *claim {
	if folder == "" {
		return &claim{}
	}
	return &claim{path: filepath.Join(folder, claimName)}
}

// take tells whether it is ours now. It does not wait.
func (c *claim) take() bool {
	if c.path == "" || c.held {
		return true
	}
	made, err := c.make()
	if err == nil && !made {
		var broken bool
		if broken, err = c.broken(); err == nil && broken {
			made, err = c.make()
		}
	}
	c.held = made
	return made || err != nil
}

// keep says that we are alive: nobody is to take it from us yet.
func (c *claim) keep() {
	if c.held {
		now := time.Now()
		_ = os.Chtimes(c.path, now, now)
	}
}

// release lets others have it.
func (c *claim) release() {
	if c.held {
		c.held = false
		_ = os.Remove(c.path)
	}
}

func (c *claim) make() (bool, error) {
	file, err := os.OpenFile(c.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, file.Close()
}

// broken takes a stale one away. Two processes may try at once: who finds a fresh one in his hands puts it back.
func (c *claim) broken() (bool, error) {
	if stale, err := isStale(c.path); err != nil || !stale {
		return errors.Is(err, fs.ErrNotExist), ignoring(err)
	}
	random := make([]byte, 4)
	_, _ = rand.Read(random)
	aside := fmt.Sprintf("%s.%d.%s.tmp", c.path, os.Getpid(), hex.EncodeToString(random))
	if err := os.Rename(c.path, aside); err != nil {
		return errors.Is(err, fs.ErrNotExist), ignoring(err)
	}
	defer os.Remove(aside)
	stale, err := isStale(aside)
	if err == nil && !stale {
		_ = os.Link(aside, c.path)
	}
	return stale, err
}

func isStale(path string) (bool, error) {
	state, err := os.Lstat(path)
	if err != nil {
		return false, err
	}
	return time.Since(state.ModTime()).Abs() > claimStale, nil
}

// ignoring is the error, unless it says that nothing is there.
func ignoring(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
