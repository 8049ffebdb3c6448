// Package warn says what the SDK has to say for itself: each kind once a process, on stderr, then silence.
//
// Never through a logger of the app: the SDK reads those.
package warn

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

// What an error says is cut to this before anything looks at it.
const mostRead = 1000

const (
	mostKinds = 100
	mostShown = 300
)

var (
	lock  sync.Mutex
	said  = map[string]bool{}
	debug atomic.Bool
)

// Say says text unless something of this kind was said before.
func Say(kind, text string) {
	lock.Lock()
	known := said[kind] || len(said) >= mostKinds
	said[kind] = true
	lock.Unlock()
	if !known {
		fmt.Fprintf(os.Stderr, "splat: %s\n", text)
	}
}

// Debug says it each time, when the option Debug is on.
func Debug(format string, arguments ...any) {
	if debug.Load() {
		fmt.Fprintf(os.Stderr, "splat: "+format+"\n", arguments...)
	}
}

// SetDebug turns Debug on or off.
func SetDebug(on bool) { debug.Store(on) }

// Why is an error of the SDK's own for a warning: its type, and what it says without secrets.
func Why(err any, redact func(string) string) (why string) {
	defer func() {
		if recover() != nil {
			why = "an error that cannot be shown"
		}
	}()
	text := []rune(fmt.Sprint(err))
	if len(text) > mostRead {
		text = text[:mostRead]
	}
	shown := []rune(redact(string(text)))
	if len(shown) > mostShown {
		shown = shown[:mostShown]
	}
	return fmt.Sprintf("%T: %s", err, string(shown))
}

// Forget is a new start: all may be said again.
func Forget() {
	lock.Lock()
	defer lock.Unlock()
	said = map[string]bool{}
}
