//go:build go1.23 && unix

package splat

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/splat-heal/splat/sdk/go/internal/files"
	"github.com/splat-heal/splat/sdk/go/internal/warn"
)

// keepCrash has the runtime write what ends this process into a file of the spool, besides stderr. The first line says
// what ran; the lock on the file tells the next process that this one lives.
func keepCrash(folder string, facts map[string]any) (stop func()) {
	defer quietly()
	if err := files.Private(folder); err != nil {
		warn.Debug("crashes are not kept: %v", err)
		return nil
	}
	var random [4]byte
	rand.Read(random[:])
	path := filepath.Join(folder, fmt.Sprintf("%d-%s%s", os.Getpid(), hex.EncodeToString(random[:]), crashEnd))
	// Under another name until it is locked: who finds it unlocked takes it for left.
	file, err := os.OpenFile(path+".tmp", os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		warn.Debug("crashes are not kept: %v", err)
		return nil
	}
	header, err := json.Marshal(facts)
	if err == nil {
		_, err = file.Write(append(header, '\n'))
	}
	if err != nil || !files.Lock(file) || os.Rename(path+".tmp", path) != nil ||
		debug.SetCrashOutput(file, debug.CrashOptions{}) != nil {
		file.Close()
		os.Remove(path + ".tmp")
		os.Remove(path)
		return nil
	}
	return func() {
		debug.SetCrashOutput(nil, debug.CrashOptions{})
		os.Remove(path)
		file.Close()
	}
}
