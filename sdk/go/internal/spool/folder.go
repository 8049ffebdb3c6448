package spool

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/splat-heal/splat/sdk/go/internal/files"
	"github.com/splat-heal/splat/sdk/go/internal/settings"
)

// FolderOf is the folder for what goes to the repository or URL of these settings, for the user that this process now is
// (P1). A server may start as root and go on as another user: nothing of this is to be asked before the first error.
func FolderOf(s *settings.Settings) string {
	kind := s.Transport
	target, named := s.APIURL+"/"+s.Repo, kind
	switch kind {
	case "github":
		named = s.Repo
	case "http":
		target = s.URL
	case "file":
		target = s.Folder
	}
	digest := sha256.Sum256([]byte(kind + "\n" + target))
	name := plain(named) + "-" + hex.EncodeToString(digest[:4])
	base := s.SpoolDir
	if base == "" {
		base = userCache()
	}
	place := filepath.Join(base, name)
	if base == "" {
		// In the folder that all users share it stands alone: one in between could be another's.
		place = filepath.Join(os.TempDir(), fmt.Sprintf("splat-%d-%s", os.Geteuid(), name))
	}
	if files.IsOthers(place) {
		place = fmt.Sprintf("%s-%d", place, os.Geteuid())
	}
	return place
}

func plain(text string) string {
	made := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, text)
	return strings.TrimLeft(made[:min(len(made), 60)], ".-")
}

// userCache is splat in the user's cache folder; "" where the user has none.
func userCache() string {
	home, _ := os.UserHomeDir()
	base := os.Getenv("XDG_CACHE_HOME")
	switch {
	case runtime.GOOS == "windows":
		base = os.Getenv("LOCALAPPDATA")
	case runtime.GOOS == "darwin":
		base = filepath.Join(home, "Library", "Caches")
	case base == "":
		base = filepath.Join(home, ".cache")
	}
	if home == "" && base == ".cache" || !filepath.IsAbs(base) {
		return ""
	}
	own := filepath.Join(base, "splat")
	for _, nearest := range []string{own, base, filepath.Dir(base)} {
		if state, err := os.Stat(nearest); err == nil && state.IsDir() {
			if files.CanWrite(nearest) {
				return own
			}
			return ""
		}
	}
	return ""
}
