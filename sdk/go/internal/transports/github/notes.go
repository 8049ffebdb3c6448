package github

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/canonical"
	"github.com/splat-heal/splat/sdk/go/internal/files"
)

const (
	reportersName = "reporters.txt"
	mostReporters = 20
	createdEnd    = ".created"
	noLabelsFor   = time.Hour
	owedFor       = 24 * time.Hour
)

// owed is an issue that was created and not yet followed up (D8).
type owed struct {
	number    int64
	signature string
}

// notes are what the processes of a host tell each other and those that come after them, in files beside the spool's.
// None ends in `.json`: those are the spool's. Where none can be written, each process knows only its own. Nothing here
// fails: a note that is lost costs an issue that is closed again.
type notes struct{ folder string } // "" when there is none that only this user can read

func newNotes(folder string) *notes {
	if folder != "" && files.Private(folder) != nil {
		folder = ""
	}
	return &notes{folder}
}

// reporters are numeric ids of the accounts that this host's tokens were seen to create issues as.
func (n *notes) reporters() map[int64]bool {
	made := map[int64]bool{}
	if n.folder == "" {
		return made
	}
	text, err := os.ReadFile(filepath.Join(n.folder, reportersName))
	if err != nil {
		return made
	}
	for _, line := range strings.Fields(string(text[:min(len(text), 1_000)])) {
		if id, err := strconv.ParseInt(line, 10, 64); err == nil && id > 0 {
			made[id] = true
		}
	}
	return made
}

// addReporter remembers one: an installation's token cannot ask who it is.
func (n *notes) addReporter(account int64) {
	known := n.reporters()
	if known[account] || len(known) >= mostReporters {
		return
	}
	lines := []string{strconv.FormatInt(account, 10)}
	for each := range known {
		lines = append(lines, strconv.FormatInt(each, 10))
	}
	sort.Strings(lines)
	n.write(reportersName, strings.Join(lines, "\n")+"\n")
}

// owe says that D8 is to be done for this issue, which was created.
func (n *notes) owe(of owed) { n.write(of.name(), "") }

// settled says that D8 is done for it.
func (n *notes) settled(of owed) {
	if n.folder != "" {
		_ = os.Remove(filepath.Join(n.folder, of.name()))
	}
}

func (o owed) name() string { return strconv.FormatInt(o.number, 10) + "-" + o.signature + createdEnd }

// owed are issues that were created so long ago whose maker did not come to D8.
func (n *notes) owed(older time.Duration) []owed {
	var found []owed
	if n.folder == "" {
		return nil
	}
	entries, _ := os.ReadDir(n.folder)
	for _, entry := range entries {
		of, is := owedOf(entry.Name())
		state, err := os.Lstat(filepath.Join(n.folder, entry.Name()))
		if !is || err != nil {
			continue
		}
		if age := time.Since(state.ModTime()); age > owedFor {
			n.settled(of)
		} else if age >= older {
			found = append(found, of)
		}
	}
	return found
}

func owedOf(name string) (owed, bool) {
	bare, is := strings.CutSuffix(name, createdEnd)
	digits, signature, _ := strings.Cut(bare, "-")
	number, err := strconv.ParseInt(digits, 10, 64)
	of := owed{number, signature}
	return of, is && err == nil && number > 0 && canonical.IsHex(signature, 16) && of.name() == name
}

// cannotLabel says that the labels it set were dropped: a process that is started again and again must not file each time.
func (n *notes) cannotLabel(token string) { n.write(noLabels(token), "") }

// mayLabel is false for an hour after cannotLabel.
func (n *notes) mayLabel(token string) bool {
	if n.folder == "" {
		return true
	}
	state, err := os.Lstat(filepath.Join(n.folder, noLabels(token)))
	return err != nil || time.Since(state.ModTime()) > noLabelsFor
}

func noLabels(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:8]) + ".cannot-label"
}

func (n *notes) write(name, text string) {
	if n.folder != "" {
		_ = files.Write(n.folder, name, text, false)
	}
}
