// Package frameworks holds the tests of the SDK with real servers, in a module of its own: users get no dependencies.
package frameworks

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	splat "github.com/splat-heal/splat/sdk/go"
)

// Only what fails waits so long.
const long = time.Minute

// sink is where reports go.
type sink struct {
	lock  sync.Mutex
	items []splat.Item
}

func (s *sink) Send(batch []splat.Item) []splat.Outcome {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.items = append(s.items, batch...)
	return make([]splat.Outcome, len(batch))
}

func (*sink) Tick()           {}
func (*sink) Hurry(time.Time) {}
func (*sink) Close(time.Time) {}

// started begins capturing into a sink.
func started(t *testing.T, options splat.Options) *sink {
	t.Helper()
	made := &sink{}
	options.Deliver = made
	options.SpoolDir = t.TempDir()
	splat.Init(options)
	t.Cleanup(splat.Close)
	return made
}

// reports are those that were captured since the start.
func (s *sink) reports(t *testing.T) []report {
	t.Helper()
	if !splat.Flush(long) {
		t.Fatal("not delivered")
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	made := []report{}
	for _, each := range s.items {
		if each.Report == nil {
			continue
		}
		var one report
		if err := json.Unmarshal([]byte(each.Text), &one); err != nil {
			t.Fatal(err)
		}
		made = append(made, one)
	}
	return made
}

// until waits for so many reports: a server may tell its client of a panic before it tells its log.
func (s *sink) until(t *testing.T, count int) []report {
	t.Helper()
	for end := time.Now().Add(long); ; time.Sleep(5 * time.Millisecond) {
		if made := s.reports(t); len(made) >= count || time.Now().After(end) {
			return made
		}
	}
}

func (s *sink) only(t *testing.T) report {
	t.Helper()
	made := s.until(t, 1)
	if len(made) != 1 {
		t.Fatalf("%d reports, not 1: %+v", len(made), made)
	}
	return made[0]
}

type report struct {
	Signature  string
	Exceptions []struct {
		Type, Message string
		Frames        []struct {
			Path, Function, Source string
			Line                   int
			InApp                  bool `json:"in_app"`
		}
	}
	Request struct {
		Method, Route, Path, Body string
		Query, Headers            map[string]string
	}
	TraceID      string `json:"trace_id"`
	Tags         map[string]string
	Dependencies map[string]string
	Mechanism    struct{ Type string }
	Logs         []struct{ Level, Message string }
	Breadcrumbs  []struct{ Message string }
}

// crash is the function at the inner end of the stack.
func (r report) crash() string {
	frames := r.Exceptions[0].Frames
	if len(frames) == 0 {
		return ""
	}
	return frames[len(frames)-1].Function
}

// expect compares what a report says of its request and its crash.
func (r report) expect(t *testing.T, kind, message, function, method, route, path string) {
	t.Helper()
	for _, each := range [][3]string{
		{"type", r.Exceptions[0].Type, kind}, {"message", r.Exceptions[0].Message, message},
		{"method", r.Request.Method, method}, {"route", r.Request.Route, route}, {"path", r.Request.Path, path},
	} {
		if each[1] != each[2] {
			t.Errorf("%s is %q, not %q", each[0], each[1], each[2])
		}
	}
	if !strings.HasSuffix(r.crash(), function) {
		t.Errorf("it crashed in %q, not %q: %+v", r.crash(), function, r.Exceptions[0].Frames)
	}
}

// server serves on a real port.
func server(t *testing.T, handler http.Handler) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	running := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		running.Serve(listener)
	}()
	t.Cleanup(func() {
		running.Close()
		<-done
	})
	return "http://" + listener.Addr().String()
}

// answer is what a client sees of one request.
type answer struct {
	Failed bool // the connection ended
	Status int
	Header http.Header
	Body   string
}

func ask(t *testing.T, method, url string, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for index := 0; index+1 < len(headers); index += 2 {
		request.Header.Set(headers[index], headers[index+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: long}
	got, err := client.Do(request)
	if err != nil {
		return answer{Failed: true}
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	got.Header.Del("Date")
	return answer{Failed: err != nil, Status: got.StatusCode, Header: got.Header, Body: string(body)}
}

// logged is what package log writes until the end of the test.
type logged struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(line []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.Write(line)
}

func (l *logged) String() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.String()
}

func listen(t *testing.T) *logged {
	t.Helper()
	made := &logged{}
	before := log.Writer()
	log.SetOutput(made)
	t.Cleanup(func() { log.SetOutput(before) })
	return made
}

var (
	varies = regexp.MustCompile(`0x[0-9a-f]+\??|\{[^}]*\}|goroutine [0-9]+|127\.0\.0\.1:[0-9]+|[0-9/]{10} [0-9:]{8}( - [0-9:]{8})?|\+0x[0-9a-f]+| *[0-9.]+(µs|ms|s) `)
	ours   = regexp.MustCompile(`(?m)^github\.com/splat-heal/splat/sdk/go\..*\n\t.*\n`)
	panics = regexp.MustCompile(`(?m)^panic\(.*\n\t.*\n`)
)

// told is a printed trace without what differs from run to run, and without our own calls in it: those of this SDK, and
// the panic that it hands on.
func told(text string) string {
	text = ours.ReplaceAllString(text, "")
	text = panics.ReplaceAllString(text, "panic\n")
	text = varies.ReplaceAllString(text, "~")
	for strings.Contains(text, "panic\npanic\n") {
		text = strings.ReplaceAll(text, "panic\npanic\n", "panic\n")
	}
	return strings.TrimSpace(text)
}
