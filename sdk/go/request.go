package splat

import (
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/splat-heal/splat/sdk/go/internal/settings"
	"github.com/splat-heal/splat/sdk/go/internal/text"
)

const (
	mostFields = 200
	mostBody   = 50_000 // bytes
)

// about are the keys of a report that a request gives: method, route and path; the rest when it was asked for (R7).
func about(request *http.Request, route string, body *recorded, s *settings.Settings) map[string]any {
	if request == nil {
		return nil
	}
	told := map[string]any{"method": request.Method}
	if request.URL != nil {
		told["path"] = request.URL.Path
	}
	if route != "" {
		told["route"] = route
	}
	if s.IncludeQuery && request.URL != nil {
		told["query"] = texts(request.URL.Query())
	}
	if s.IncludeHeaders {
		told["headers"] = texts(request.Header)
	}
	if s.IncludeBody && body != nil {
		told["body"] = body.text()
	}
	made := map[string]any{"request": told}
	if id := traceID(request.Header.Get("traceparent")); id != "" {
		made["trace_id"] = id
	}
	return made
}

func texts(values map[string][]string) map[string]any {
	made := map[string]any{}
	for name, all := range values {
		if len(made) == mostFields {
			break
		}
		made[text.First(text.Valid(name), longestKey)] = text.First(text.Valid(strings.Join(all, ", ")), longest)
	}
	return made
}

// traceID is the second part of a traceparent: 00-<32 hexadecimal digits>-<16>-<2>.
func traceID(header string) string {
	parts := strings.Split(text.First(header, longestKey), "-")
	odd := func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) }
	if len(parts) < 4 || len(parts[1]) != 32 || strings.ContainsFunc(parts[1], odd) || strings.Trim(parts[1], "0") == "" {
		return ""
	}
	return parts[1]
}

// recorded remembers the beginning of a body while the app reads it; only where the user asked for bodies.
type recorded struct {
	io.ReadCloser
	lock sync.Mutex
	held []byte
}

func record(request *http.Request, s *settings.Settings) *recorded {
	if !s.IncludeBody || request.Body == nil || request.Body == http.NoBody {
		return nil
	}
	made := &recorded{ReadCloser: request.Body}
	request.Body = made
	return made
}

func (r *recorded) Read(into []byte) (int, error) {
	read, err := r.ReadCloser.Read(into)
	r.lock.Lock()
	defer r.lock.Unlock()
	r.held = append(r.held, into[:min(max(read, 0), mostBody-len(r.held))]...)
	return read, err
}

func (r *recorded) text() string {
	r.lock.Lock()
	defer r.lock.Unlock()
	return text.Valid(string(r.held))
}
