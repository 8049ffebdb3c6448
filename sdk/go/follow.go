package splat

import (
	"fmt"
	"log"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/failure"
	"github.com/splat-heal/splat/sdk/go/internal/logs"
	"github.com/splat-heal/splat/sdk/go/internal/stack"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// After Init the app may still set up its loggers: so long after it they are looked at again.
var looks = []time.Duration{time.Second, 10 * time.Second, time.Minute}

// listener sees what the process's own loggers write: package log's, through which net/http tells of panics, and
// log/slog's. It changes nothing of it.
type listener struct {
	look    func(line string)
	records bool // are remembered
	known   atomic.Pointer[slog.Logger]

	lock   sync.Mutex
	tee    *logs.Tee
	timers []*time.Timer
	over   bool
}

func (l *listener) start() {
	l.again()
	l.lock.Lock()
	defer l.lock.Unlock()
	for _, each := range looks {
		l.timers = append(l.timers, time.AfterFunc(each, l.again))
	}
}

// again listens to the loggers that are now the process's.
func (l *listener) again() {
	defer quietly()
	l.lock.Lock()
	defer l.lock.Unlock()
	if l.over {
		return
	}
	if l.records {
		l.handler()
	}
	if log.Writer() == l.tee && l.tee != nil {
		return
	}
	if l.tee != nil {
		l.tee.Stop() // it may stand behind another one now
	}
	l.tee = &logs.Tee{Next: log.Writer(), Look: l.look}
	log.SetOutput(l.tee)
}

// follow is again for log/slog alone, and costs next to nothing where nothing changed.
func (l *listener) follow() {
	if l.records && slog.Default() != l.known.Load() {
		l.again()
	}
}

// handler puts ours before that of log/slog's default logger. The one that slog begins with writes to package log, and
// must stay where it is.
func (l *listener) handler() {
	logger := slog.Default()
	if logger == l.known.Load() {
		return
	}
	handler := logger.Handler()
	if _, ours := handler.(*logs.Handler); !ours && fmt.Sprintf("%T", handler) != "*slog.defaultHandler" {
		writer, flags := log.Writer(), log.Flags()
		logger = slog.New(&logs.Handler{Next: handler, Ring: &ring})
		slog.SetDefault(logger)
		log.SetOutput(writer) // which SetDefault moves
		log.SetFlags(flags)
	}
	l.known.Store(logger)
}

func (l *listener) stop() {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.over = true
	for _, each := range l.timers {
		each.Stop()
	}
	if l.tee != nil {
		l.tee.Stop()
		if log.Writer() == l.tee {
			log.SetOutput(l.tee.Next)
		}
	}
	if ours, ok := slog.Default().Handler().(*logs.Handler); ok && slog.Default() == l.known.Load() {
		writer, flags := log.Writer(), log.Flags()
		slog.SetDefault(slog.New(ours.Next))
		log.SetOutput(writer)
		log.SetFlags(flags)
	}
}

// heard is what a line of package log is for us.
func (c *client) heard(line string) {
	if c.settings.Has("logging") {
		ring.Add(logs.Line(line))
	}
	if c.settings.Has("http") && strings.Contains(line, served) {
		c.serverLogs(line)
	}
}

const served = "panic serving "

// serverLogs reports the panic that net/http's server tells of. The server logs it while the panic's stack still stands,
// so nothing that is only printed counts: a line that says so may be anyone's.
func (c *client) serverLogs(line string) {
	c.guarded(func() string {
		counters := stack.Here(0)
		here := stack.Frames(counters, c.frames.InApp)
		found, seen := stack.Panicked(here)
		if found == nil || seen || !isServers(here) || !c.isSampled() {
			return ""
		}
		_, said, _ := strings.Cut(line, served)
		_, said, _ = strings.Cut(said, ": ") // behind the address
		said, _, _ = strings.Cut(said, "\ngoroutine ")
		return c.take(caught{
			scope: &Scope{}, links: failure.Logged(said), counters: counters, panicked: true, mechanism: "net/http", logged: true,
		})
	})
}

// isServers says whether the calls that led here are those of a server's log.
func isServers(frames []values.Frame) bool {
	for _, each := range frames {
		switch each.Function {
		case "net/http.(*Server).logf", "net/http.(*http2serverConn).logf", "golang.org/x/net/http2.(*serverConn).logf",
			"net/http/internal/http2.(*serverConn).logf":
			return true
		case "runtime.gopanic":
			return false
		}
	}
	return false
}

func (c *client) follow() {
	if c.listener != nil {
		c.listener.follow()
	}
}
