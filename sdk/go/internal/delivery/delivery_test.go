package delivery_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/build"
	"github.com/splat-heal/splat/sdk/go/internal/delivery"
	"github.com/splat-heal/splat/sdk/go/internal/report"
	"github.com/splat-heal/splat/sdk/go/internal/settings"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// place is where items go: it answers what it is told to.
type place struct {
	lock    sync.Mutex
	answer  values.Outcome
	hangs   chan struct{} // until it is closed, or the process hurries
	hurried chan struct{}
	once    sync.Once
	items   []values.Item
	closed  bool
}

func newPlace() *place { return &place{hurried: make(chan struct{})} }

func (p *place) Send(batch []values.Item) []values.Outcome {
	p.lock.Lock()
	hangs := p.hangs
	p.lock.Unlock()
	made := make([]values.Outcome, len(batch))
	if hangs != nil {
		select {
		case <-hangs:
		case <-p.hurried:
			for index := range made {
				made[index] = values.Later
			}
			return made
		}
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	for index := range made {
		made[index] = p.answer
	}
	if p.answer == values.Delivered {
		p.items = append(p.items, batch...)
	}
	return made
}

func (p *place) Tick()           {}
func (p *place) Hurry(time.Time) { p.once.Do(func() { close(p.hurried) }) }
func (p *place) Close(time.Time) { p.lock.Lock(); p.closed = true; p.lock.Unlock() }

func (p *place) set(answer values.Outcome) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.answer = answer
}

func (p *place) ids() string {
	p.lock.Lock()
	defer p.lock.Unlock()
	made := []string{}
	for _, each := range p.items {
		made = append(made, strings.TrimLeft(each.ID, "0"))
	}
	return strings.Join(made, " ")
}

// pending is what was suppressed.
type pending struct {
	lock   sync.Mutex
	counts []values.Count
}

func (p *pending) Due(closing bool) []values.Count {
	p.lock.Lock()
	defer p.lock.Unlock()
	if !closing {
		return nil
	}
	made := p.counts
	p.counts = nil
	return made
}

func (p *pending) Waiting() []values.Count {
	p.lock.Lock()
	defer p.lock.Unlock()
	return append([]values.Count(nil), p.counts...)
}

func (p *pending) set(seen int64) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.counts = []values.Count{{Signature: "00000000000000aa", Seen: seen, First: 5, Last: 5 + seen}}
}

type said struct {
	lock  sync.Mutex
	kinds []string
}

func (s *said) say(kind, _ string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.kinds = append(s.kinds, kind)
}

func (s *said) String() string {
	s.lock.Lock()
	defer s.lock.Unlock()
	return strings.Join(s.kinds, " ")
}

func started(t *testing.T, folder string, to *place) (*delivery.Worker, *pending, *said) {
	t.Helper()
	chosen := settings.Read(nil, nil, settings.Main{Working: t.TempDir()})
	warned, counts := &said{}, &pending{}
	reporter := report.New(&chosen, build.Info{}, "0", warned.say)
	return delivery.New(reporter, func() string { return folder }, func() values.Transport { return to }, counts, warned.say), counts, warned
}

func event(number int) *report.Event {
	return &report.Event{
		ID: fmt.Sprintf("%032d", number), Time: 1_700_000_000_000 + int64(number), Signature: fmt.Sprintf("%016d", number),
		Exceptions: []values.Exception{{Type: "E", Message: "password=hunter2", Parent: -1}}, Told: map[string]any{},
	}
}

func files(t *testing.T, folder, ending string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*"+ending))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

const long = 20 * time.Second

func TestDeliveredLeavesNothingBehind(t *testing.T) {
	folder, to := t.TempDir(), newPlace()
	worker, _, _ := started(t, folder, to)
	for number := 1; number <= 3; number++ {
		worker.Put(event(number))
	}
	if !worker.Flush(long) || to.ids() != "1 2 3" || len(files(t, folder, "")) != 0 {
		t.Errorf("%q %v", to.ids(), files(t, folder, ""))
	}
	worker.Close(long)
	if !to.closed {
		t.Error("not closed")
	}
}

func TestWhatHangsIsOnDiskAndTheNextOneSendsIt(t *testing.T) {
	folder, to := t.TempDir(), newPlace()
	to.hangs = make(chan struct{})
	worker, _, _ := started(t, folder, to)
	worker.PutAndWait(event(1), long)
	worker.PutAndWait(event(2), long)
	if found := files(t, folder, ".taken"); len(found) != 2 {
		t.Fatal(found)
	}
	for _, each := range files(t, folder, ".taken") {
		if text, _ := os.ReadFile(each); strings.Contains(string(text), "hunter2") {
			t.Error("a secret reached the disk")
		}
	}
	if worker.Flush(50 * time.Millisecond) {
		t.Error("nothing was delivered")
	}
	worker.Close(long)
	if found := files(t, folder, ".json"); len(found) != 2 {
		t.Fatal(files(t, folder, ""))
	}
	worker.Put(event(3)) // after the end
	other := newPlace()
	next, _, _ := started(t, folder, other)
	if !next.Flush(long) || other.ids() != "1 2 3" {
		t.Error(other.ids())
	}
	next.Close(long)
}

func TestRefusedAndLaterAreToldByFlush(t *testing.T) {
	folder, to := t.TempDir(), newPlace()
	worker, _, _ := started(t, folder, to)
	to.set(values.Never)
	worker.Put(event(1))
	if worker.Flush(long) {
		t.Error("refused is not delivered")
	}
	to.set(values.Later)
	worker.Put(event(2))
	if worker.Flush(long) {
		t.Error("later is not delivered")
	}
	to.set(values.Delivered)
	if !worker.Flush(long) || to.ids() != "2" || len(files(t, folder, "")) != 0 {
		t.Error(to.ids(), files(t, folder, ""))
	}
	worker.Close(long)
}

func TestCountsAreWrittenDownBeforeTheyAreDueAndSentOnce(t *testing.T) {
	folder, to := t.TempDir(), newPlace()
	worker, counts, _ := started(t, folder, to)
	worker.Put(event(1))
	counts.set(7)
	var found []string
	for end := time.Now().Add(long); len(found) == 0 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		found = files(t, folder, ".count.json.*.taken")
	}
	if len(found) != 1 {
		t.Fatal("not noted")
	}
	text, _ := os.ReadFile(found[0])
	if !strings.Contains(string(text), `"count":7`) {
		t.Error(string(text))
	}
	counts.set(9)
	worker.Close(long)
	to.lock.Lock()
	defer to.lock.Unlock()
	if len(to.items) != 2 || to.items[1].Count.Seen != 9 || !strings.Contains(string(text), to.items[1].ID) {
		t.Errorf("%+v", to.items)
	}
	if left := files(t, folder, ""); len(left) != 0 {
		t.Error(left)
	}
}

func TestWithoutADiskMemoryGoesOn(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "file")
	os.WriteFile(folder, nil, 0o600)
	to := newPlace()
	to.set(values.Later)
	worker, _, warned := started(t, folder, to)
	worker.Put(event(1))
	if worker.Flush(long) {
		t.Error("delivered?")
	}
	to.set(values.Delivered)
	if !worker.Flush(long) || to.ids() != "1" || warned.String() != "no disk" {
		t.Errorf("%q %q", to.ids(), warned)
	}
	worker.Close(long)
}

func TestATransportThatPanicsEndsDeliveryAlone(t *testing.T) {
	folder, warned := t.TempDir(), &said{}
	chosen := settings.Read(nil, nil, settings.Main{Working: folder})
	broken := func() values.Transport { panic("no") }
	worker := delivery.New(report.New(&chosen, build.Info{}, "0", warned.say), func() string { return folder }, broken, &pending{}, warned.say)
	worker.Put(event(1))
	if worker.Flush(long) || warned.String() != "delivery" {
		t.Error(warned)
	}
	worker.Close(long)
	if found := files(t, folder, ".json"); len(found) != 1 {
		t.Error(files(t, folder, ""))
	}
}

func TestAStormDropsTheOldestAndSaysSo(t *testing.T) {
	to := newPlace()
	worker, _, warned := started(t, t.TempDir(), to)
	block := make(chan struct{})
	worker.PickUp(func() { <-block })
	for number := 1; number <= 110; number++ {
		worker.Put(event(number))
	}
	close(block)
	if worker.Flush(long) {
		t.Error("some were dropped")
	}
	if !strings.HasSuffix(to.ids(), " 110") || strings.Count(to.ids(), " ") < 98 || !strings.HasPrefix(warned.String(), "queue") {
		t.Errorf("%q %q", to.ids(), warned)
	}
	worker.Close(long)
}

func TestManyGoroutines(t *testing.T) {
	folder, to := t.TempDir(), newPlace()
	worker, _, _ := started(t, folder, to)
	var all sync.WaitGroup
	for number := 0; number < 8; number++ {
		all.Add(1)
		go func(number int) {
			defer all.Done()
			for each := 1; each <= 10; each++ {
				worker.PutAndWait(event(number*10+each), long)
			}
		}(number)
	}
	all.Wait()
	worker.Close(long)
	if made := strings.Fields(to.ids()); len(made) != 80 {
		t.Errorf("%d of 80; left: %v", len(made), files(t, folder, ""))
	}
}
