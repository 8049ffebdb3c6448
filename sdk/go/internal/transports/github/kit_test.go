package github

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

// A GitHub on this machine: npm's `emulate`, which keeps state, and in front of it a proxy that plays what it lacks of the
// real API (times in whole seconds, ETags, the reason `duplicate`) and breaks what it is told to.

const bot, stranger = "bot-token", "stranger-token"

// The third account tells the emulator of this process from any other.
const seed = `{"tokens":{"bot-token":{"login":"splat-bot","scopes":["repo","user"]},"stranger-token":{"login":"stranger",
	"scopes":["repo","user"]}},"github":{"users":[{"login":"splat-bot"},{"login":"stranger"},{"login":"%s"}]}}`

var emulator struct {
	sync.Once
	command *exec.Cmd
	folder  string
	port    int
	failed  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if emulator.command != nil {
		_ = emulator.command.Process.Kill()
		_ = emulator.command.Wait()
	}
	_ = os.RemoveAll(emulator.folder)
	os.Exit(code)
}

func emulated(t *testing.T) int {
	t.Helper()
	program := filepath.Join(vectors.Folder(), "..", "python", "tests", "github_kit", "node_modules", ".bin", "emulate")
	if _, err := os.Stat(program); err != nil {
		t.Skip("emulate is not installed: run npm ci in sdk/python/tests/github_kit")
	}
	emulator.Do(func() {
		if emulator.folder, emulator.failed = os.MkdirTemp("", "splat-emulate"); emulator.failed != nil {
			return
		}
		for try := 0; try < 5; try++ {
			// Below those that systems hand out by themselves.
			emulator.port = 10_000 + rand.Intn(20_000)
			if emulator.command, emulator.failed = emulate(program, emulator.folder, emulator.port); emulator.failed == nil {
				return
			}
		}
	})
	if emulator.failed != nil {
		t.Fatal(emulator.failed)
	}
	return emulator.port
}

// emulate is one that answers; an error when it ends instead, as it does where someone else has the port.
func emulate(program, folder string, port int) (*exec.Cmd, error) {
	file, name := filepath.Join(folder, "seed.json"), fmt.Sprintf("of-%d-%d", os.Getpid(), rand.Int63())
	if err := os.WriteFile(file, []byte(fmt.Sprintf(seed, name)), 0o600); err != nil {
		return nil, err
	}
	command := exec.Command(program, "start", "--service", "github", "--port", fmt.Sprint(port), "--seed", file)
	command.Dir, command.Env = folder, append(os.Environ(), "PORT=")
	if err := command.Start(); err != nil {
		return nil, err
	}
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if answer, err := http.Get(fmt.Sprintf("http://localhost:%d/users/%s", port, name)); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return command, nil
			}
			break
		}
	}
	_ = command.Process.Kill()
	return nil, fmt.Errorf("emulate does not answer: %v", command.Wait())
}

// fault breaks requests: with a status, or by `reset`, `hang` or `late` (the request arrives, its answer does not).
type fault struct {
	method, path string
	status       int
	how          string
	header       map[string]string
	times        int // 0 is without end
	struck       int
}

// desk is a repository, the proxy in front of it, and processes that report to it, each in place of one app.
type desk struct {
	t        *testing.T
	port     int
	server   *httptest.Server
	repo     string
	spool    string
	warnings []string

	lock       sync.Mutex
	asked      []string
	bodies     []object
	faults     []*fault
	ahead      time.Duration
	noLabels   bool
	lag        time.Duration
	duplicates map[string]bool
}

func newDesk(t *testing.T, private bool) *desk {
	d := &desk{t: t, port: emulated(t), spool: filepath.Join(t.TempDir(), "spool"), duplicates: map[string]bool{}}
	d.server = httptest.NewServer(http.HandlerFunc(d.serve))
	t.Cleanup(d.server.Close)
	t.Cleanup(d.server.CloseClientConnections)
	name := fmt.Sprintf("shop-%d", time.Now().UnixNano())
	d.call("POST", "/user/repos", object{"name": name, "private": private}, bot)
	d.repo = "splat-bot/" + name
	return d
}

var (
	isListing = regexp.MustCompile(`^/repos/[^/]+/[^/]+/issues$`)
	isIssue   = regexp.MustCompile(`^/repos/[^/]+/[^/]+/issues/[0-9]+$`)
	isTime    = regexp.MustCompile(`("(?:created|updated|closed)_at":"[0-9T:-]{19})\.[0-9]+Z"`)
)

func (d *desk) serve(writer http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	var data object
	_ = json.Unmarshal(body, &data)
	d.lock.Lock()
	path := strings.Replace(request.URL.Path, "/repos/"+d.repo, "", 1)
	d.asked, d.bodies = append(d.asked, request.Method+" "+path), append(d.bodies, data)
	var struck *fault
	for _, each := range d.faults {
		isHit := (each.method == "" || each.method == request.Method) && regexp.MustCompile(each.path).MatchString(request.URL.Path)
		if struck == nil && isHit && (each.times == 0 || each.struck < each.times) {
			struck = each
			each.struck++
		}
	}
	ahead, noLabels := d.ahead, d.noLabels
	d.lock.Unlock()
	writer.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
	if struck != nil && struck.how != "late" {
		d.strike(writer, request, struck)
		return
	}
	if noLabels && data["labels"] != nil {
		delete(data, "labels")
		body, _ = json.Marshal(data)
	}
	if request.URL.Path == "/graphql" {
		fmt.Fprint(writer, `{"data":{"repository":{"issue":{"duplicateOf":null}}}}`)
		return
	}
	status, content := d.forwarded(request, body)
	content = d.played(request, data, content)
	if struck != nil {
		panic(http.ErrAbortHandler)
	}
	if request.Method == "GET" && status == 200 {
		sum := sha256.Sum256(content)
		tag := `"` + hex.EncodeToString(sum[:8]) + `"`
		writer.Header().Set("ETag", tag)
		if request.Header.Get("If-None-Match") == tag {
			writer.WriteHeader(http.StatusNotModified)
			return
		}
	}
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(status)
	_, _ = writer.Write(content)
}

func (d *desk) strike(writer http.ResponseWriter, request *http.Request, struck *fault) {
	switch struck.how {
	case "reset":
		panic(http.ErrAbortHandler)
	case "hang":
		select {
		case <-request.Context().Done():
		case <-time.After(30 * time.Second):
		}
		return
	}
	for name, value := range struck.header {
		writer.Header().Set(name, value)
	}
	writer.WriteHeader(struck.status)
	fmt.Fprint(writer, `{"message":"played"}`)
}

func (d *desk) forwarded(request *http.Request, body []byte) (int, []byte) {
	target := fmt.Sprintf("http://localhost:%d%s", d.port, request.URL.Path)
	query := request.URL.Query()
	if since := query.Get("since"); since != "" {
		query.Set("since", since[:19]+".000Z")
	}
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	made, err := http.NewRequest(request.Method, target, bytes.NewReader(body))
	if err != nil {
		d.t.Error(err)
		return 500, nil
	}
	made.Header.Set("Authorization", request.Header.Get("Authorization"))
	made.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(made)
	if err != nil {
		d.t.Error(err)
		return 500, nil
	}
	defer answer.Body.Close()
	content, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, content
}

// played makes of the emulator's answer the real API's.
func (d *desk) played(request *http.Request, data object, content []byte) []byte {
	d.lock.Lock()
	defer d.lock.Unlock()
	if state := data["state"]; request.Method == "PATCH" && isIssue.MatchString(request.URL.Path) && state != nil {
		d.duplicates[request.URL.Path] = state == "closed" && data["state_reason"] == "duplicate"
	}
	var answer any
	if json.Unmarshal(content, &answer) != nil {
		return content
	}
	entries, isList := answer.([]any)
	if !isList {
		entries = []any{answer}
	}
	kept := []any{}
	for _, each := range entries {
		entry, _ := each.(object)
		if number, is := entry["number"].(float64); is && d.duplicates[fmt.Sprintf("/repos/%s/issues/%.0f", d.repo, number)] {
			entry["state_reason"] = "duplicate"
		}
		created, _ := time.Parse(time.RFC3339, values.Text(entry, "created_at"))
		if !isListing.MatchString(request.URL.Path) || request.Method != "GET" || time.Since(created) >= d.lag {
			kept = append(kept, each)
		}
	}
	if isList {
		answer = kept
	}
	made, _ := json.Marshal(answer)
	return isTime.ReplaceAll(made, []byte(`${1}Z"`))
}

// call asks the emulator itself, as a person or another program would.
func (d *desk) call(method, path string, data object, token string) any {
	d.t.Helper()
	body, _ := json.Marshal(data)
	request, _ := http.NewRequest(method, fmt.Sprintf("http://localhost:%d%s", d.port, path), bytes.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, _ := io.ReadAll(answer.Body)
	if answer.StatusCode >= 300 {
		d.t.Fatalf("%s %s: %d %s", method, path, answer.StatusCode, content)
	}
	var made any
	_ = json.Unmarshal(content, &made)
	return made
}

// issues are all of the repository, the oldest first.
func (d *desk) issues() []object {
	d.t.Helper()
	found := d.call("GET", "/repos/"+d.repo+"/issues?state=all&per_page=100&direction=asc&sort=created", nil, bot)
	var made []object
	for _, each := range found.([]any) {
		made = append(made, each.(object))
	}
	return made
}

// only is the body of the one issue there is.
func (d *desk) only() object {
	d.t.Helper()
	all := d.issues()
	if len(all) != 1 {
		d.t.Fatalf("there are %d issues", len(all))
	}
	return all[0]
}

func (d *desk) edit(number int, fields object) {
	d.t.Helper()
	d.call("PATCH", fmt.Sprintf("/repos/%s/issues/%d", d.repo, number), fields, bot)
}

// process is a transport of a process of its own; change says what is not as usual.
func (d *desk) process(change func(*Config)) values.Transport {
	config := Config{
		Repo: d.repo, Token: bot, APIURL: d.server.URL, TriggerLabel: "auto-fix", Folder: d.spool, Jitter: -1,
		Warn: func(_, text string) {
			d.lock.Lock()
			defer d.lock.Unlock()
			d.warnings = append(d.warnings, text)
		},
	}
	if change != nil {
		change(&config)
	}
	return New(config)
}

// send says what became of items that a new process sent.
func (d *desk) send(items ...values.Item) string { return d.sendBy(d.process(nil), items...) }

func (d *desk) sendBy(process values.Transport, items ...values.Item) string {
	return fmt.Sprint(process.Send(items))
}

// long lets time pass, on GitHub's clock, and forgets what was asked.
func (d *desk) long(after time.Duration) {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.ahead += after
	d.asked, d.bodies = nil, nil
}

func (d *desk) log() string {
	d.lock.Lock()
	defer d.lock.Unlock()
	return strings.Join(d.asked, ", ")
}

// until waits for these requests, one right behind the other.
func (d *desk) until(asked string) {
	for end := time.Now().Add(time.Minute); !strings.Contains(d.log(), asked) && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
}

func (d *desk) breaks(each *fault) *fault {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.faults = append(d.faults, each)
	return each
}

const (
	one   = "17310dbb56def269"
	other = "2222222222222222"
)

var ids atomic.Int64

func item(signature, release string) values.Item {
	now, id := clock.Now(), fmt.Sprintf("%032x", ids.Add(1))
	report := values.Report{
		"schema": "splat-report/1", "id": id, "time": clock.ISO(now), "runtime": "go", "signature": signature, "release": release,
		"exceptions": []any{object{"type": "panic", "message": "no price", "frames": []any{object{
			"path": "shop/cart.go", "line": 42, "function": "shop.Total", "in_app": true,
		}}}},
		"logs":    []any{object{"message": "a line of the log"}},
		"request": object{"method": "GET", "path": "/carts/7"},
	}
	return values.Item{ID: id, Time: now, Report: report}
}

func count(seen int64, signature string) values.Item {
	now := clock.Now()
	made := &values.Count{Signature: signature, Seen: seen, First: now, Last: now, Release: "r1"}
	return values.Item{ID: fmt.Sprintf("%032x", ids.Add(1)), Time: now, Count: made}
}

func names(labels any) string {
	var made []string
	for _, each := range labels.([]any) {
		made = append(made, values.Text(each.(object), "name"))
	}
	return strings.Join(made, " ")
}
