package frameworks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	pkgerrors "github.com/pkg/errors"

	splat "github.com/splat-heal/splat/sdk/go"
)

func explode(w http.ResponseWriter, r *http.Request) {
	cart := map[string][]int{}
	fmt.Fprint(w, cart[r.PathValue("id")][3])
}

func shop() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /carts/{id}", explode)
	mux.HandleFunc("GET /abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("GET /text", func(http.ResponseWriter, *http.Request) { panic("boom") })
	mux.HandleFunc("GET /fine", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "fine") })
	return mux
}

func TestHandlerReportsAPanicWithItsRequest(t *testing.T) {
	bare := listen(t)
	url := server(t, shop())
	without := ask(t, "GET", url+"/carts/7")
	before := told(bare.String())

	found := listen(t)
	sink := started(t, splat.Options{})
	url = server(t, splat.Handler(shop()))
	got := ask(t, "GET", url+"/carts/7?password=hunter2", "traceparent", "00-"+strings.Repeat("ab", 16)+"-1234567890abcdef-01")
	one := sink.only(t)
	one.expect(t, "runtime error", "index out of range [3] with length 0", "frameworks.explode", "GET", "/carts/{id}", "/carts/7")
	if got.Failed != without.Failed || got.Status != without.Status {
		t.Errorf("answered %+v, without Splat %+v", got, without)
	}
	if after := told(found.String()); after != before {
		t.Errorf("printed\n%s\nwithout Splat\n%s", after, before)
	}
	if one.TraceID != strings.Repeat("ab", 16) || one.Mechanism.Type != "http" || one.Request.Query != nil {
		t.Errorf("%+v", one)
	}
}

func TestWithoutALineThePanicThatTheServerLogsIsReported(t *testing.T) {
	found := listen(t)
	sink := started(t, splat.Options{})
	url := server(t, shop())
	ask(t, "GET", url+"/carts/7")
	one := sink.only(t)
	one.expect(t, "runtime error", "index out of range [3] with length 0", "frameworks.explode", "", "", "")
	if one.Mechanism.Type != "net/http" || !strings.Contains(found.String(), "http: panic serving 127.0.0.1:") {
		t.Errorf("%+v\n%s", one, found)
	}
}

func TestBothWaysGiveOneSignature(t *testing.T) {
	listen(t)
	first := started(t, splat.Options{})
	ask(t, "GET", server(t, shop())+"/text")
	logged := first.only(t).Signature
	second := started(t, splat.Options{})
	ask(t, "GET", server(t, splat.Handler(shop()))+"/text")
	if seen := second.only(t).Signature; seen != logged {
		t.Errorf("%s when logged, %s when seen", logged, seen)
	}
}

func TestWhatIsNoErrorIsNone(t *testing.T) {
	listen(t)
	sink := started(t, splat.Options{})
	url := server(t, splat.Handler(shop()))
	for _, path := range []string{"/abort", "/fine", "/missing"} {
		ask(t, "GET", url+path)
	}
	if made := sink.reports(t); len(made) != 0 {
		t.Errorf("%+v", made)
	}
}

func TestTheResponseWriterIsTheServersOwn(t *testing.T) {
	started(t, splat.Options{})
	url := server(t, splat.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, flushes := w.(http.Flusher)
		_, hijacks := w.(http.Hijacker)
		_, reads := w.(io.ReaderFrom)
		fmt.Fprint(w, flushes, hijacks, reads, http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute)))
	})))
	if got := ask(t, "GET", url).Body; got != "true true true <nil>" {
		t.Error(got)
	}
}

func TestAPanicBehindAWebsocketIsReported(t *testing.T) {
	listen(t)
	sink := started(t, splat.Options{})
	upgrader := websocket.Upgrader{}
	mux := http.NewServeMux()
	mux.HandleFunc("/talk/{room}", func(w http.ResponseWriter, r *http.Request) {
		socket, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer socket.Close()
		_, said, _ := socket.ReadMessage()
		socket.WriteMessage(websocket.TextMessage, said)
		panic("the room is on fire")
	})
	// The handler closes its socket before the panic reaches Splat: what the client sees is no sign of a report.
	ended := make(chan bool)
	url := server(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		splat.Handler(mux).ServeHTTP(w, r)
	}))
	socket, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(url, "http")+"/talk/7", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	socket.WriteMessage(websocket.TextMessage, []byte("hello"))
	if _, said, err := socket.ReadMessage(); err != nil || string(said) != "hello" {
		t.Fatal(said, err)
	}
	<-ended
	sink.only(t).expect(t, "panic", "the room is on fire", "func1", "GET", "/talk/{room}", "/talk/7")
}

func TestAskedForPartsOfTheRequestAreRedacted(t *testing.T) {
	listen(t)
	sink := started(t, splat.Options{IncludeQuery: true, IncludeHeaders: true, IncludeBody: true})
	url := server(t, splat.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.ReadAll(r.Body)
		panic("boom")
	})))
	request, _ := http.NewRequest("POST", url+"/pay?token=hunter2hunter2&cart=7", strings.NewReader(`{"password":"hunter2hunter2","cart":7}`))
	request.Header.Set("Authorization", "Bearer hunter2hunter2")
	request.Header.Set("X-Shop", "north")
	http.DefaultClient.Do(request)
	one := sink.only(t).Request
	if strings.Contains(fmt.Sprint(one), "hunter2") {
		t.Errorf("a secret is left: %+v", one)
	}
	if one.Query["cart"] != "7" || one.Headers["X-Shop"] != "north" || !strings.Contains(one.Body, `"cart":7`) {
		t.Errorf("%+v", one)
	}
}

func TestScopesOfRequestsAreTheirOwn(t *testing.T) {
	listen(t)
	sink := started(t, splat.Options{})
	splat.SetTag("host", "a")
	t.Cleanup(func() { splat.SetTag("host", "") })
	url := server(t, splat.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		scope := splat.From(r.Context())
		scope.SetTag("cart", r.URL.Path)
		scope.AddBreadcrumb(splat.Breadcrumb{Message: "opened " + r.URL.Path})
		if r.URL.Path == "/b" {
			panic("boom")
		}
	})))
	ask(t, "GET", url+"/a")
	ask(t, "GET", url+"/b")
	one := sink.only(t)
	if fmt.Sprint(one.Tags) != "map[cart:/b host:a]" || len(one.Breadcrumbs) != 1 || one.Breadcrumbs[0].Message != "opened /b" {
		t.Errorf("%+v", one)
	}
}

func TestAnErrorIsCapturedOnceInARequest(t *testing.T) {
	listen(t)
	sink := started(t, splat.Options{})
	url := server(t, splat.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		err := errors.New("no stock")
		if splat.From(r.Context()).CaptureError(err) == "" {
			t.Error("not captured")
		}
		panic(fmt.Errorf("cart: %w", err))
	})))
	ask(t, "GET", url+"/")
	if one := sink.only(t); one.Exceptions[0].Type != "*errors.errorString" {
		t.Errorf("%+v", one)
	}
}

func TestAnErrorWithAStackIsReportedWhereItBegan(t *testing.T) {
	sink := started(t, splat.Options{})
	splat.CaptureError(pkgerrors.Wrap(lost(), "cart"))
	one := sink.only(t)
	last := one.Exceptions[len(one.Exceptions)-1]
	if frame := last.Frames[len(last.Frames)-1]; !strings.HasSuffix(frame.Function, "frameworks.lost") || !frame.InApp {
		t.Errorf("%+v", last)
	}
}

func lost() error { return pkgerrors.New("lost") }

func TestFilesOfAFormAreDeletedByTheServer(t *testing.T) {
	started(t, splat.Options{})
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	url := server(t, splat.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1); err != nil {
			t.Error(err)
		}
		names, _ := filepath.Glob(folder + "/multipart-*")
		fmt.Fprint(w, len(names))
	})))
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("file", "a.txt")
	part.Write(bytes.Repeat([]byte("a"), 1<<20))
	form.Close()
	got, err := http.Post(url, form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	said, _ := io.ReadAll(got.Body)
	got.Body.Close()
	if string(said) != "1" {
		t.Errorf("%s files", said)
	}
	left := []os.DirEntry{nil}
	for end := time.Now().Add(long); len(left) > 0 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		left, _ = os.ReadDir(folder)
	}
	if len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestHandlersFurtherOutSeeTheRoute(t *testing.T) {
	started(t, splat.Options{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /carts/{id}/{rest...}", func(http.ResponseWriter, *http.Request) {})
	inner := splat.Handler(mux)
	request := httptest.NewRequest("GET", "/carts/7/a/b", nil)
	inner.ServeHTTP(httptest.NewRecorder(), request)
	if request.Pattern != "GET /carts/{id}/{rest...}" || request.PathValue("id") != "7" || request.PathValue("rest") != "a/b" {
		t.Errorf("%q %q %q", request.Pattern, request.PathValue("id"), request.PathValue("rest"))
	}
}

func TestLogsBeforeTheErrorAreThere(t *testing.T) {
	found := listen(t)
	sink := started(t, splat.Options{})
	log.Printf("opened cart 7")
	slog.Warn("slow", "seconds", 3, "password", "hunter2hunter2")
	slog.Debug("not shown")
	splat.CaptureError(errors.New("x"))
	one := sink.only(t)
	if len(one.Logs) != 2 || one.Logs[0].Message != "opened cart 7" || one.Logs[1].Level != "warn" {
		t.Fatalf("%+v", one.Logs)
	}
	if said := one.Logs[1].Message; said != "slow seconds=3 password=[REDACTED]" {
		t.Error(said)
	}
	if !strings.Contains(found.String(), "WARN slow seconds=3 password=hunter2hunter2\n") {
		t.Error(found)
	}
}

func TestALoggerThatIsSetLaterIsHeardAndNotChanged(t *testing.T) {
	before, writer, flags := slog.Default(), log.Writer(), log.Flags()
	t.Cleanup(func() {
		slog.SetDefault(before)
		log.SetOutput(writer)
		log.SetFlags(flags)
	})
	var bare, found logged
	say := func(into io.Writer) {
		drop := func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}
		slog.SetDefault(slog.New(slog.NewJSONHandler(into, &slog.HandlerOptions{AddSource: true, ReplaceAttr: drop})))
		ask(t, "GET", server(t, splat.Handler(shop()))+"/fine")
		for range 1 {
			slog.With("cart", 7).WithGroup("g").InfoContext(context.Background(), "opened", "n", 1)
		}
		log.Print("plain")
	}
	say(&bare)
	sink := started(t, splat.Options{})
	say(&found)
	splat.CaptureError(errors.New("x"))
	if bare.String() != found.String() || !strings.Contains(bare.String(), "nethttp_test.go") {
		t.Errorf("%s\nwithout Splat\n%s", found.String(), bare.String())
	}
	one := sink.only(t)
	if len(one.Logs) == 0 || one.Logs[0].Message != "opened cart=7 g.n=1" {
		t.Errorf("%+v", one.Logs)
	}
}

func TestWithoutALineHTTP2(t *testing.T) {
	listen(t)
	sink := started(t, splat.Options{})
	running := httptest.NewUnstartedServer(shop())
	running.EnableHTTP2 = true
	running.StartTLS()
	defer running.Close()
	if got, err := running.Client().Get(running.URL + "/carts/7"); err == nil {
		t.Errorf("%+v", got)
	}
	sink.only(t).expect(t, "runtime error", "index out of range [3] with length 0", "frameworks.explode", "", "", "")
}

func TestALineThatOnlySaysSoIsNoPanic(t *testing.T) {
	listen(t)
	sink := started(t, splat.Options{})
	log.Print("http: panic serving 127.0.0.1:1: boom\ngoroutine 1 [running]:\nmain.main()\n\t/etc/passwd.go:1 +0x1\n")
	func() {
		defer func() {
			recover()
			log.Print("http: panic serving 127.0.0.1:1: boom")
		}()
		panic("handled")
	}()
	if made := sink.reports(t); len(made) != 0 {
		t.Errorf("%+v", made)
	}
}
