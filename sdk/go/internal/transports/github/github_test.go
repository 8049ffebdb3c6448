package github

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/issue"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

func expect(t *testing.T, what, made, wanted string) {
	t.Helper()
	if made != wanted {
		t.Fatalf("%s: %s, not %s", what, made, wanted)
	}
}

func holds(t *testing.T, of any, parts ...string) {
	t.Helper()
	text, _ := of.(string)
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Fatalf("%q is not in %.3000s", part, text)
		}
	}
}

func TestANewBugBecomesOneIssue(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	process := d.process(func(c *Config) { c.Labels = []string{"team-shop", "AUTO-FIX"} })
	given := item(one, "r1")
	expect(t, "sent", d.sendBy(process, given), "[delivered]")
	made := d.only()
	expect(t, "title", made["title"].(string), issue.Title(given.Report))
	expect(t, "labels", names(made["labels"]), "splat team-shop auto-fix")
	holds(t, made["body"], "signature="+one, "seen count=1 ", "a line of the log")
	expect(t, "asked", d.log(), "GET /issues, GET , POST /issues, GET /issues, PATCH /issues/1")
	if labels := fmt.Sprint(d.bodies[2]["labels"]); labels != "[splat team-shop]" {
		t.Errorf("it was created with %s", labels)
	}
}

func TestTheSameBugIsCounted(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	expect(t, "sent", d.send(item(one, "r1")), "[delivered]")
	d.long(10 * time.Minute)
	process := d.process(nil)
	expect(t, "sent", d.sendBy(process, item(one, "r2"), count(4, one)), "[delivered delivered]")
	expect(t, "asked", d.log(), "GET /issues, PATCH /issues/1")
	holds(t, d.only()["body"], "seen count=6 ", "releases=r1,r2 ")
	d.long(0)
	expect(t, "sent", d.sendBy(process, count(2, one)), "[delivered]")
	expect(t, "asked", d.log(), "GET /issues, PATCH /issues/1")
	holds(t, d.only()["body"], "seen count=8 ")
}

func TestABurstTakesSixRequests(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	process := d.process(nil)
	expect(t, "sent", d.sendBy(process, item(one, "r1")), "[delivered]")
	process.Hurry(time.Now().Add(time.Minute))
	expect(t, "sent", d.sendBy(process, count(99_999, one)), "[delivered]")
	process.Close(time.Now().Add(time.Minute))
	holds(t, d.only()["body"], "seen count=100000 ")
	if asked := strings.Count(d.log(), ",") + 1; asked != 6 {
		t.Errorf("%d requests: %s", asked, d.log())
	}
}

func TestWhoEditedAMomentAgoIsLeftInPeace(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	d.send(item(one, "r1"))
	d.edit(1, object{"title": "I am looking at this"})
	process := d.process(nil)
	expect(t, "sent", d.sendBy(process, item(one, "r1")), "[later]")
	d.long(301 * time.Second)
	expect(t, "sent", d.sendBy(process, item(other, "r1")), "[delivered]") // any answer tells the time
	expect(t, "sent", d.sendBy(process, item(one, "r1")), "[delivered]")
	holds(t, d.issues()[0]["body"], "seen count=2 ")
}

func TestWhatPeopleWroteStays(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	d.send(item(one, "r1"))
	edited := "Ich schaue mir das an. é 💥\r\n\r\n" + d.only()["body"].(string) + "\r\n\r\n```\nmore\t \r\n"
	d.edit(1, object{"body": edited, "labels": []string{"splat", "wip"}})
	d.long(10 * time.Minute)
	expect(t, "sent", d.send(count(7, one)), "[delivered]")
	body := d.only()["body"].(string)
	holds(t, body, "seen count=8 ")
	before, _, _ := strings.Cut(edited, "<!-- splat:seen")
	_, after, _ := strings.Cut(edited, "<!-- splat:end -->")
	if !strings.HasPrefix(body, before) || !strings.HasSuffix(body, after) || names(d.only()["labels"]) != "splat wip" {
		t.Errorf("%q", body)
	}
}

func TestARegressionIsOpenedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	d.send(item(one, "r1"))
	d.edit(1, object{"state": "closed", "state_reason": "completed"})
	d.long(10 * time.Minute)
	expect(t, "sent", d.send(item(one, "r1")), "[delivered]")
	expect(t, "state", d.only()["state"].(string), "closed")
	expect(t, "sent", d.send(item(one, "r2")), "[delivered]")
	made := d.only()
	expect(t, "state", made["state"].(string), "open")
	holds(t, names(made["labels"]), "regression")
	said := d.call("GET", "/repos/"+d.repo+"/issues/1/comments", nil, bot).([]any)
	if len(said) != 1 || said[0].(object)["body"] != againInRelease {
		t.Errorf("%v", said)
	}
}

func TestNotPlannedMeansSilence(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	d.send(item(one, "r1"))
	d.edit(1, object{"state": "closed", "state_reason": "not_planned"})
	d.long(10 * time.Minute)
	expect(t, "sent", d.send(item(one, "r2")), "[delivered]")
	expect(t, "state", d.only()["state"].(string), "closed")
	if strings.Contains(d.log(), "PATCH") || strings.Contains(d.log(), "POST") {
		t.Error(d.log())
	}
}

func TestAPublicRepositoryShowsLess(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	d.send(item(one, "r1"))
	if body := d.only()["body"].(string); strings.Contains(body, "a line of the log") || strings.Contains(body, "/carts/7") {
		t.Error(body)
	}
	d.sendBy(d.process(func(c *Config) { c.PublicLogs, c.PublicRequest = true, true }), item(other, "r1"))
	holds(t, d.issues()[1]["body"], "a line of the log", "/carts/7")
}

func TestAStrangersMarkedIssueCapturesNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t, false)
	d.send(item(one, "r1"))
	marked := strings.ReplaceAll(d.only()["body"].(string), one, other)
	d.call("POST", "/repos/"+d.repo+"/issues", object{"title": "captured", "body": marked, "labels": []string{"splat"}}, stranger)
	d.long(10 * time.Minute)
	expect(t, "sent", d.send(item(other, "r1")), "[delivered]")
	all := d.issues()
	if len(all) != 3 || all[1]["body"] != marked || all[2]["user"].(object)["login"] != "splat-bot" {
		t.Errorf("%v", all)
	}
}

func TestALostAnswerMakesNoSecondIssue(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	d.breaks(&fault{method: "POST", path: "/issues$", how: "late", times: 1})
	expect(t, "sent", d.send(item(one, "r1"), count(2, one)), "[delivered delivered]")
	made := d.only()
	holds(t, made["body"], "seen count=3 ")
	expect(t, "labels", names(made["labels"]), "splat auto-fix")
}

func TestProcessesOfManyHostsKeepOne(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	var group sync.WaitGroup
	for n := 0; n < 3; n++ {
		group.Add(1)
		process := d.process(func(c *Config) { c.Folder = t.TempDir() })
		given := item(one, "r1")
		go func() {
			defer group.Done()
			d.sendBy(process, given)
		}()
	}
	group.Wait()
	// What another maker left lying is put right by whoever comes next.
	d.long(10 * time.Minute)
	expect(t, "sent", d.send(item(other, "r1"), count(1, one)), "[delivered delivered]")
	open := 0
	for _, each := range d.issues() {
		if each["state"] == "open" && strings.Contains(each["body"].(string), one) {
			open++
			expect(t, "labels", names(each["labels"]), "splat auto-fix")
			expect(t, "number", fmt.Sprint(each["number"]), "1")
		}
	}
	if open != 1 {
		t.Errorf("%d are open", open)
	}
}

func TestAStormIsTenIssuesAndOneAboutTheRest(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	process := d.process(nil)
	var items []values.Item
	for n := 0; n < 14; n++ {
		items = append(items, item(fmt.Sprintf("%016x", n+1), "r1"))
	}
	items = append(items, count(5, values.NoSignature))
	expect(t, "sent", d.sendBy(process, items...), "["+strings.TrimSpace(strings.Repeat("delivered ", 15))+"]")
	all := d.issues()
	if len(all) != 11 || all[10]["title"] != summaryTitle {
		t.Fatalf("%d issues", len(all))
	}
	holds(t, all[10]["body"], "seen count=9 ", "signature="+values.NoSignature)
	expect(t, "labels", names(all[10]["labels"]), "splat")
}

func TestWhatIsRefusedIsNeverTriedAgain(t *testing.T) {
	t.Parallel()
	for status, told := range map[int]string{401: "expired", 403: "read and write", 404: "Check the option Repo", 410: "turned off", 422: "not accepted"} {
		d := newDesk(t, true)
		refused := d.breaks(&fault{method: "POST", path: "/issues$", status: status})
		process := d.process(nil)
		expect(t, "sent", d.sendBy(process, item(one, "r1")), "[never]")
		d.sendBy(process, item(other, "r1"))
		if len(d.warnings) != 1 || refused.struck > 2 || status != 422 && refused.struck != 1 {
			t.Errorf("%d: struck %d times, %v", status, refused.struck, d.warnings)
		}
		holds(t, d.warnings[0], fmt.Sprint(status), told)
	}
}

func TestATokenThatMayNotLabelStops(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	d.noLabels = true
	process := d.process(nil)
	expect(t, "sent", d.sendBy(process, item(one, "r1")), "[delivered]")
	expect(t, "sent", d.sendBy(process, item(other, "r1")), "[never]")
	expect(t, "sent", d.send(item(other, "r1")), "[never]") // the next process knows
	if len(d.issues()) != 1 || !strings.Contains(d.warnings[0], "may not label") {
		t.Errorf("%d issues, %v", len(d.issues()), d.warnings)
	}
}

func TestTheEndOfTheProcessEndsEveryWait(t *testing.T) {
	t.Parallel()
	for _, each := range []*fault{{status: 503, header: map[string]string{"Retry-After": "50"}}, {how: "hang"}, {status: 500}} {
		d := newDesk(t, true)
		d.breaks(each)
		process := d.process(nil)
		hurried := make(chan time.Time, 1)
		go func() {
			d.until("GET /issues")
			hurried <- time.Now()
			process.Hurry(time.Now().Add(500 * time.Millisecond))
		}()
		expect(t, "sent", d.sendBy(process, item(one, "r1")), "[later]")
		process.Close(time.Now().Add(200 * time.Millisecond))
		if took := time.Since(<-hurried); took > 8*time.Second {
			t.Errorf("%+v took %s", each, took)
		}
		if each.struck > 2 { // left to itself it would be tried four times
			t.Errorf("%+v was tried %d times", each, each.struck)
		}
	}
}

func TestALongSilenceIsKept(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	limited := d.breaks(&fault{status: 403, header: map[string]string{
		"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": fmt.Sprint(time.Now().Add(10 * time.Minute).Unix()),
	}})
	process := d.process(nil)
	expect(t, "sent", d.sendBy(process, item(one, "r1")), "[later]")
	expect(t, "sent", d.sendBy(process, item(one, "r1")), "[later]")
	if limited.struck != 1 || len(d.warnings) != 0 {
		t.Errorf("struck %d times, %v", limited.struck, d.warnings)
	}
}

func TestAFaultIsTriedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	broken := d.breaks(&fault{path: "/issues$", method: "GET", how: "reset", times: 1})
	expect(t, "sent", d.send(item(one, "r1")), "[delivered]")
	if d.only(); broken.struck != 1 {
		t.Errorf("struck %d times", broken.struck)
	}
}

func TestAnIssueThatIsNotListedYetIsLeftToTheNext(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	d.lag = time.Hour
	process := d.process(nil)
	go func() {
		d.until("POST /issues, GET /issues")
		process.Hurry(time.Now().Add(500 * time.Millisecond))
	}()
	expect(t, "sent", d.sendBy(process, item(one, "r1")), "[delivered]")
	expect(t, "labels", names(d.only()["labels"]), "splat")
	d.lag = 0
	d.long(10 * time.Minute)
	for _, entry := range entriesOf(t, d.spool) {
		old := time.Now().Add(-time.Minute)
		if strings.HasSuffix(entry, createdEnd) {
			_ = os.Chtimes(d.spool+"/"+entry, old, old)
		}
	}
	d.process(nil).Tick()
	expect(t, "labels", names(d.only()["labels"]), "splat auto-fix")
	for _, entry := range entriesOf(t, d.spool) {
		if strings.HasSuffix(entry, createdEnd) {
			t.Errorf("%s is left", entry)
		}
	}
}

func entriesOf(t *testing.T, folder string) (names []string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range entries {
		names = append(names, each.Name())
	}
	return names
}

func TestWhatIsHeldAtTheEndIsLeftInTheSpool(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true)
	process := d.process(nil)
	var items []values.Item
	for n := 0; n < 11; n++ {
		items = append(items, item(fmt.Sprintf("%016x", n+1), "r1"))
	}
	d.sendBy(process, items...)
	d.sendBy(process, item("00000000000000ff", "r1")) // within the hour of the first one about too many
	process.Close(time.Now().Add(time.Minute))
	left := strings.Join(entriesOf(t, d.spool), " ")
	holds(t, left, values.NoSignature+".count.json")
}

func TestTheTokenGoesToNoOtherHost(t *testing.T) {
	t.Parallel()
	seen := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen++ }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 307, 308} {
		d := newDesk(t, true)
		d.breaks(&fault{status: status, header: map[string]string{"Location": elsewhere.URL + "/repos/x/y/issues"}})
		expect(t, "sent", d.send(item(one, "r1")), "[never]")
		holds(t, d.warnings[0], "another address")
	}
	if seen != 0 {
		t.Errorf("%d requests went elsewhere", seen)
	}
}

func TestATokenThatNoHeaderCanHoldIsRefusedWithoutBeingShown(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"with\nline", "with\r\nHost: evil", "üüü", "tab\t"} {
		said := ""
		process := New(Config{Repo: "a/b", Token: token, APIURL: "http://127.0.0.1:1", Warn: func(_, text string) { said += text }})
		expect(t, "sent", fmt.Sprint(process.Send([]values.Item{item(one, "r1")})), "[never]")
		process.Tick()
		process.Hurry(time.Now())
		process.Close(time.Now())
		if strings.Contains(said, token) || !strings.Contains(said, "no header can hold") {
			t.Errorf("%q", said)
		}
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	said := []string{}
	process := New(Config{Repo: "a/b", Token: "t", APIURL: "http://127.0.0.1:1", Jitter: -1, Warn: func(_, text string) { said = append(said, text) }})
	expect(t, "sent", fmt.Sprint(process.Send([]values.Item{item(one, "r1")})), "[later]")
	if len(said) != 1 || !strings.Contains(said[0], "connection refused") {
		t.Errorf("%q", said)
	}
}
