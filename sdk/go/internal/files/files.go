// Package files writes files that are there whole or not at all, in folders that only this user can read (T3, P1, P2).
package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// Private makes the folder, readable for this user alone.
func Private(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	state, err := os.Lstat(folder)
	switch {
	case err != nil:
		return err
	case !state.IsDir():
		return fmt.Errorf("%s is a link", folder)
	case !isOurs(state):
		return fmt.Errorf("%s belongs to another user", folder)
	case state.Mode().Perm()&0o077 != 0:
		return os.Chmod(folder, 0o700)
	}
	return nil
}

// IsOthers says whether something stands there that belongs to another user.
func IsOthers(path string) bool {
	state, err := os.Lstat(path)
	return err == nil && !isOurs(state)
}

// Write writes the name so that no reader ever finds a part of it. When it fails it leaves nothing behind.
func Write(folder, name, text string, sync bool) error {
	temporary := filepath.Join(folder, fmt.Sprintf("%s.%d.tmp", name, os.Getpid()))
	err := fill(temporary, text, sync)
	if err == nil {
		err = os.Rename(temporary, filepath.Join(folder, name))
	}
	if err != nil {
		os.Remove(temporary)
	}
	return err
}

func fill(path, text string, sync bool) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	if err == nil && sync {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// NameOf is the name of an item's file: it orders by time (T3, P2).
func NameOf(item values.Item) string {
	if item.Count != nil {
		return fmt.Sprintf("%s-%s.count.json", clock.Digits(item.Time), item.Count.Signature)
	}
	return fmt.Sprintf("%s-%s.json", clock.Digits(item.Time), item.ID)
}

// Unused is the name, or where it is in use (two counts in one millisecond) one right behind it.
func Unused(folder, name string) string {
	digits, rest, _ := strings.Cut(name, "-")
	when, err := strconv.ParseInt(digits, 10, 64)
	for number := int64(0); err == nil && number < 1_000; number++ {
		free := fmt.Sprintf("%017d-%s", when+number, rest)
		if _, missing := os.Lstat(filepath.Join(folder, free)); missing != nil {
			return free
		}
	}
	return name
}
