package collector

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

func items(count, length int) []values.Item {
	var made []values.Item
	for n := 0; n < count; n++ {
		id := fmt.Sprintf("%032x", n+1)
		if n%2 == 1 {
			made = append(made, values.Item{ID: id, Count: &values.Count{Signature: "17310dbb56def269", Seen: 2, Release: "r"}})
			continue
		}
		made = append(made, values.Item{ID: id, Report: values.Report{
			"schema": "splat-report/1", "runtime": "go", "id": id, "time": clock.ISO(0), "signature": "17310dbb56def269",
			"exceptions": []any{map[string]any{"type": "E", "message": strings.Repeat("x", length)}},
		}})
	}
	return made
}

// served is what a collector was sent: how many reports and counts each time.
type served struct {
	*httptest.Server
	status func(reports, counts, bytes int) int
	sent   []string
	signed string
}

func serving(t *testing.T, status func(reports, counts, bytes int) int) *served {
	made := &served{status: status}
	made.Server = httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		var data struct{ Reports, Counts []map[string]any }
		if err := json.Unmarshal(body, &data); err != nil || request.Method != "POST" || request.URL.RequestURI() != "/in?a=b" {
			t.Errorf("%s %s: %v", request.Method, request.URL.RequestURI(), err)
		}
		made.signed = request.Header.Get("Authorization")
		made.sent = append(made.sent, fmt.Sprintf("%d+%d", len(data.Reports), len(data.Counts)))
		writer.WriteHeader(made.status(len(data.Reports), len(data.Counts), len(body)))
	}))
	t.Cleanup(made.Close)
	return made
}

func (s *served) address(user string) string {
	return strings.Replace(s.URL, "http://", "http://"+user, 1) + "/in?a=b"
}

func TestBatches(t *testing.T) {
	server := serving(t, func(_, _, bytes int) int {
		if bytes > 1_000_000 {
			t.Errorf("%d bytes at once", bytes)
		}
		return 202
	})
	transport := New(server.address("bob:s%20ecret@"), func(_, text string) { t.Error(text) })
	if told := fmt.Sprint(transport.Send(items(120, 10))); strings.Count(told, "delivered") != 120 {
		t.Error(told)
	}
	if sent := fmt.Sprint(server.sent); sent != "[25+25 25+25 10+10]" {
		t.Error(sent)
	}
	if server.signed != "Basic Ym9iOnMgZWNyZXQ=" {
		t.Error(server.signed)
	}
	server.sent = nil
	transport.Send(items(10, 400_000))
	if sent := fmt.Sprint(server.sent); sent != "[2+2 2+2 1+1]" {
		t.Error(sent)
	}
	transport.Tick()
	transport.Hurry(time.Now())
	transport.Close(time.Now())
}

func TestTooLargeIsHalved(t *testing.T) {
	warnings := ""
	server := serving(t, func(reports, counts, bytes int) int {
		if reports+counts > 2 || bytes > 5_000 {
			return 413
		}
		return 200
	})
	transport := New(server.address(""), func(_, text string) { warnings += text })
	batch := append(items(5, 10), items(1, 6_000)...)
	if told := fmt.Sprint(transport.Send(batch)); told != "[delivered delivered delivered delivered delivered never]" {
		t.Error(told)
	}
	if !strings.Contains(warnings, "no report of this size") {
		t.Error(warnings)
	}
}

func TestRefusals(t *testing.T) {
	kinds := map[string]string{}
	server := serving(t, func(int, int, int) int { return 401 })
	transport := New(server.address("bob:s3cret@"), func(kind, text string) { kinds[kind] += text })
	if told := fmt.Sprint(transport.Send(items(2, 10))); told != "[never never]" {
		t.Error(told)
	}
	if said := kinds["collector 401"]; !strings.Contains(said, "user and password") || strings.Contains(said, "s3cret") {
		t.Error(kinds)
	}
}

func TestNobodyThere(t *testing.T) {
	said := ""
	transport := New("http://127.0.0.1:1/in", func(kind, _ string) { said += kind })
	time.AfterFunc(100*time.Millisecond, func() { transport.Hurry(time.Now().Add(200 * time.Millisecond)) })
	if told := fmt.Sprint(transport.Send(items(1, 10))); told != "[later]" || said != "" {
		t.Error(told, said)
	}
	for _, address := range []string{"", "http://a b/", "ftp://x/"} {
		said = ""
		transport := New(address, func(_, text string) { said += text })
		if told := fmt.Sprint(transport.Send(items(1, 10))); told != "[never]" || !strings.Contains(said, "option URL") {
			t.Error(address, told, said)
		}
		transport.Hurry(time.Now())
		transport.Close(time.Now())
	}
}
