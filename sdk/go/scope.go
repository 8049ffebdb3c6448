package splat

import (
	"context"
	"reflect"
	"sync"

	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/failure"
	"github.com/splat-heal/splat/sdk/go/internal/plain"
	"github.com/splat-heal/splat/sdk/go/internal/text"
)

const (
	mostCrumbs = 100
	mostNames  = 100 // as many entries as rule L3.4 lets through
	mostSeen   = 20
	longestKey = 200
	longest    = 100_001 // code points, rule X11
)

// Scope is what was set for one request, or for the process. Safe for any goroutine.
type Scope struct {
	lock     sync.Mutex
	tags     map[string]any
	contexts map[string]any
	crumbs   []any
	seen     []error               // what was captured here, by whatever hook it passed first (R5)
	request  func() map[string]any // keys of the report; asked when an error comes
}

// Breadcrumb is something the app did before an error.
type Breadcrumb struct {
	Message  string
	Category string
	Level    string
	Data     map[string]any
}

// What is set outside of requests.
var process = &Scope{}

type scopeKey struct{}

// NewContext begins a scope of its own, as the integrations do for each request: what is set in it stays in it.
func NewContext(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, &Scope{})
}

// From is the scope of the context, else that of the process.
func From(ctx context.Context) *Scope {
	if ctx == nil {
		return process
	}
	if found, ok := ctx.Value(scopeKey{}).(*Scope); ok {
		return found
	}
	// gin's own context tells what its request's has only where it was asked to.
	if request := ginRequest(ctx); request != nil && *request != nil {
		if found, ok := (*request).Context().Value(scopeKey{}).(*Scope); ok {
			return found
		}
	}
	return process
}

// SetTag tags the reports of this scope; "" removes the tag.
func (s *Scope) SetTag(name, value string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.tags = set(s.tags, name, text.First(value, longest), value == "")
}

// SetContext adds a value of any shape to the reports of this scope; nil removes it.
func (s *Scope) SetContext(name string, value any) {
	copied := plain.Copy(value)
	s.lock.Lock()
	defer s.lock.Unlock()
	s.contexts = set(s.contexts, name, copied, value == nil)
}

func set(into map[string]any, name string, value any, remove bool) map[string]any {
	name = text.First(name, longestKey)
	if into == nil {
		into = map[string]any{}
	}
	_, known := into[name]
	switch {
	case remove:
		delete(into, name)
	case known || len(into) < mostNames:
		into[name] = value
	}
	return into
}

// AddBreadcrumb notes what the app did, for the reports of this scope; the last 100 are kept.
func (s *Scope) AddBreadcrumb(crumb Breadcrumb) {
	made := map[string]any{"time": clock.ISO(clock.Now()), "message": text.First(crumb.Message, longest)}
	for key, value := range map[string]string{"category": crumb.Category, "level": crumb.Level} {
		if value != "" {
			made[key] = text.First(value, longest)
		}
	}
	if crumb.Data != nil {
		made["data"] = plain.Copy(crumb.Data)
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if len(s.crumbs) == mostCrumbs {
		s.crumbs = append(s.crumbs[:0:0], s.crumbs[1:]...)
	}
	s.crumbs = append(s.crumbs, made)
}

// told are keys of the report: what was set here, and above it for the process.
func (s *Scope) told() map[string]any {
	made := map[string]any{}
	if s != process {
		process.tell(made)
		delete(made, "breadcrumbs") // another request's
	}
	s.tell(made)
	return made
}

func (s *Scope) tell(made map[string]any) {
	s.lock.Lock()
	request := s.request
	made["tags"] = merged(made["tags"], s.tags)
	made["contexts"] = merged(made["contexts"], s.contexts)
	if len(s.crumbs) > 0 {
		made["breadcrumbs"] = append([]any(nil), s.crumbs...)
	}
	s.lock.Unlock()
	for _, name := range []string{"tags", "contexts"} {
		if len(made[name].(map[string]any)) == 0 {
			delete(made, name)
		}
	}
	if request != nil {
		for name, value := range request() {
			made[name] = value
		}
	}
}

func merged(above any, own map[string]any) map[string]any {
	made := map[string]any{}
	if known, ok := above.(map[string]any); ok {
		for name, value := range known {
			made[name] = value
		}
	}
	for name, value := range own {
		made[name] = value
	}
	return made
}

// first says whether an error was not captured in this scope before, itself or as what it wraps; from now on it was. An
// error of the process may be one value that is returned each time, like io.EOF: there each capture counts.
func (s *Scope) first(err error) bool {
	if s == process || err == nil {
		return true
	}
	s.lock.Lock()
	seen := s.seen
	s.lock.Unlock()
	for _, each := range seen {
		if failure.Is(err, each) {
			return false
		}
	}
	if reflect.TypeOf(err).Comparable() {
		s.lock.Lock()
		defer s.lock.Unlock()
		if len(s.seen) < mostSeen {
			s.seen = append(s.seen[:len(s.seen):len(s.seen)], err)
		}
	}
	return true
}

func (s *Scope) forget() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.tags, s.contexts, s.crumbs = nil, nil, nil
}
