package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func serving(t *testing.T, handle http.HandlerFunc) (*Client, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	client, err := New(server.URL, http.Header{"Authorization": {"Bearer s3cret"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Drop)
	return client, server
}

func get(client *Client, path string) (*Answer, error) {
	return client.Request(Ask{Method: "GET", Path: path, Tries: 1})
}

func TestAnAnswerComesWhole(t *testing.T) {
	packed := bytes.Buffer{}
	writer := gzip.NewWriter(&packed)
	fmt.Fprint(writer, `{"id":9007199254740993}`)
	writer.Close()
	client, _ := serving(t, func(writer http.ResponseWriter, request *http.Request) {
		if request.Header.Get("Authorization") != "Bearer s3cret" || request.URL.RequestURI() != "/a%2Fb?c=d" {
			t.Errorf("%s %v", request.URL.RequestURI(), request.Header)
		}
		writer.Header().Set("Content-Encoding", "gzip")
		_, _ = writer.Write(packed.Bytes())
	})
	answer, err := get(client, "/a%2Fb?c=d")
	if err != nil {
		t.Fatal(err)
	}
	if value, err := answer.JSON(); err != nil || value.(map[string]any)["id"] != int64(9007199254740993) {
		t.Errorf("%v, %v", value, err)
	}
}

func TestWhatIsNoWholeAnswer(t *testing.T) {
	client, _ := serving(t, func(writer http.ResponseWriter, request *http.Request) {
		switch request.URL.Path {
		case "/long":
			fmt.Fprint(writer, strings.Repeat("x", 2_000))
		case "/cut":
			writer.Header().Set("Content-Length", "100")
			fmt.Fprint(writer, "x")
		case "/reset":
			panic(http.ErrAbortHandler)
		case "/page":
			fmt.Fprint(writer, "<html>")
		}
	})
	for path, told := range map[string]string{"/long": "longer than 1000 bytes", "/cut": "ended too early", "/reset": "broke"} {
		_, err := client.Request(Ask{Method: "GET", Path: path, Tries: 1, Limit: 1_000})
		var later *Later
		if !errors.As(err, &later) || !later.Unreachable || !strings.Contains(later.Why, told) {
			t.Errorf("%s: %v", path, err)
		}
	}
	answer, err := get(client, "/page")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := answer.JSON(); err == nil {
		t.Error("a page is JSON")
	}
}

func TestRedirectsOnTheSameHostAreFollowed(t *testing.T) {
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	client, _ := serving(t, func(writer http.ResponseWriter, request *http.Request) {
		switch {
		case strings.HasPrefix(request.URL.Path, "/to/"):
			var status int
			fmt.Sscanf(request.URL.Path, "/to/%d", &status)
			http.Redirect(writer, request, "/here?a=b", status)
		case request.URL.Path == "/out":
			http.Redirect(writer, request, other.URL+"/x", http.StatusTemporaryRedirect)
		case request.URL.Path == "/round":
			http.Redirect(writer, request, "/round", http.StatusTemporaryRedirect)
		default:
			fmt.Fprint(writer, request.Method+" "+request.URL.RequestURI())
		}
	})
	for _, each := range []struct {
		method, path, said string
		status             int
	}{
		{"GET", "/to/301", "GET /here?a=b", 200}, {"GET", "/to/302", "GET /here?a=b", 200}, {"POST", "/to/307", "POST /here?a=b", 200},
		{"PATCH", "/to/308", "PATCH /here?a=b", 200}, {"POST", "/to/301", "", 301}, {"POST", "/to/303", "", 303},
		{"GET", "/out", "", 307}, {"GET", "/round", "", 307},
	} {
		answer, err := client.Request(Ask{Method: each.method, Path: each.path, Data: []byte("{}"), Tries: 1})
		if err != nil || answer.Status != each.status || each.said != "" && string(answer.Body) != each.said {
			t.Errorf("%+v: %v, %v", each, answer, err)
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("another host was asked")
	}
}

func TestWhatTheServerAsksForWins(t *testing.T) {
	asks := map[string]map[string]string{
		"/soon":  {"Retry-After": "0"},
		"/date":  {"Retry-After": time.Now().Add(200 * time.Second).UTC().Format(http.TimeFormat)},
		"/reset": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": fmt.Sprint(time.Now().Add(time.Hour).Unix())},
		"/long":  {"Retry-After": "99999999999999"},
	}
	for path, header := range asks {
		var asked atomic.Int64
		client, _ := serving(t, func(writer http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) == 1 {
				for name, value := range header {
					writer.Header().Set(name, value)
				}
				writer.WriteHeader(http.StatusTooManyRequests)
			}
		})
		started := time.Now()
		answer, err := client.Request(Ask{Method: "GET", Path: path, Tries: AllTries})
		if path == "/soon" {
			if err != nil || answer.Status != 200 || asked.Load() != 2 {
				t.Errorf("%s: %v, %v", path, answer, err)
			}
			continue
		}
		if err == nil || asked.Load() != 1 || time.Since(started) > 30*time.Second || client.SilentFor() < 100*time.Second {
			t.Errorf("%s: %v, asked %d times, silent for %s", path, err, asked.Load(), client.SilentFor())
		}
		if _, err := client.Request(Ask{Method: "GET", Path: path, Tries: AllTries}); err == nil || asked.Load() != 1 {
			t.Errorf("%s: the silence was broken", path)
		}
	}
}

func TestASecondaryLimitIsALongSilence(t *testing.T) {
	client, _ := serving(t, func(writer http.ResponseWriter, _ *http.Request) {
		writer.WriteHeader(http.StatusForbidden)
		fmt.Fprint(writer, `{"message":"You have exceeded a secondary rate limit"}`)
	})
	if _, err := client.Request(Ask{Method: "GET", Path: "/", Tries: AllTries}); err == nil || client.SilentFor() < 50*time.Second {
		t.Errorf("%v, silent for %s", err, client.SilentFor())
	}
}

func TestHurryEndsARequestThatHangs(t *testing.T) {
	ended := make(chan struct{})
	defer close(ended)
	asked := make(chan time.Time, 1+AllTries)
	client, _ := serving(t, func(_ http.ResponseWriter, request *http.Request) {
		asked <- time.Now()
		select {
		case <-request.Context().Done():
		case <-ended:
		}
	})
	last := make(chan time.Time, 1)
	go func() {
		started := <-asked
		client.Hurry(started.Add(500 * time.Millisecond))
		client.Hurry(started.Add(900 * time.Millisecond)) // the later one counts
		last <- started.Add(900 * time.Millisecond)
	}()
	if _, err := client.Request(Ask{Method: "GET", Path: "/", Tries: AllTries}); err == nil {
		t.Error("there is an answer")
	}
	if after := time.Since(<-last); after < 0 || after > readTime/2 {
		t.Errorf("it ended %s after the time", after)
	}
	if err := client.Wait(time.Second, "x"); err == nil || !client.Hurried() {
		t.Error("it waits")
	}
}

func TestTheServersClock(t *testing.T) {
	client, _ := serving(t, func(writer http.ResponseWriter, _ *http.Request) {
		writer.Header().Set("Date", time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat))
	})
	if _, err := get(client, "/"); err != nil {
		t.Fatal(err)
	}
	if ahead := time.Until(client.Now()); ahead > -59*time.Minute || ahead < -61*time.Minute {
		t.Errorf("%s ahead", ahead)
	}
}

func TestWhatGoesWrongIsNamedInWordsOfOurs(t *testing.T) {
	untrusted := httptest.NewTLSServer(http.NotFoundHandler())
	defer untrusted.Close()
	untrusted.Config.ErrorLog = nil
	for address, told := range map[string]string{
		untrusted.URL: "not trusted", "http://127.0.0.1:1": "refused", "http://no-such-host.invalid": "does not resolve",
	} {
		client, err := New(address, http.Header{"Authorization": {"Bearer s3cret"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = get(client, "/?token=s3cret")
		if err == nil || !strings.Contains(err.Error(), told) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestAnAddressThatCannotBeUsed(t *testing.T) {
	for _, address := range []string{"", "ftp://a", "a.b", "http://", "http://a b", "://"} {
		if _, err := New(address, nil); err == nil {
			t.Errorf("%q is taken", address)
		}
	}
}

// What the environment names is read once a process, so this asks a process of its own.
func TestMain(m *testing.M) {
	if address := os.Getenv("SPLAT_TEST_ASK"); address != "" {
		client, err := New(address, nil)
		if err == nil {
			var answer *Answer
			if answer, err = get(client, "/path"); err == nil {
				fmt.Print(string(answer.Body))
			}
		}
		if err != nil {
			fmt.Print(err)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
