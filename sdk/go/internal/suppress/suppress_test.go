package suppress

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"reflect"
	"sync"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

// sink drives a keeper as a client and a worker do; what goes out as the vectors write it.
type sink struct {
	keeper *Keeper
	sent   []any
}

func (s *sink) feed(event map[string]any) {
	number := func(key string, or int64) int64 {
		if made, has := values.Whole(event[key]); has {
			return made
		}
		return or
	}
	at := number("at", 0)
	switch event["what"] {
	case "error":
		for n := int64(0); n < number("times", 1); n++ {
			s.error(at+n*number("every", 0), values.Text(event, "signature"))
		}
	case "errors":
		for n := int64(0); n < number("count", 0); n++ {
			s.error(at+n*number("every", 0), fmt.Sprintf(values.Text(event, "signatures"), n))
		}
	case "tick":
		s.counts(at, s.keeper.Tick(at))
	default:
		s.counts(at, s.keeper.Close())
	}
}

func (s *sink) error(at int64, signature string) {
	answer := s.keeper.Error(signature, at, at)
	s.counts(at, answer.Counts)
	if answer.Report {
		s.sent = append(s.sent, map[string]any{"at": at, "what": "report", "signature": signature})
	}
}

func (s *sink) counts(at int64, counts []values.Count) {
	for _, each := range counts {
		made := map[string]any{"at": at, "what": "overflow", "count": each.Seen, "first": each.First, "last": each.Last}
		if each.Signature != values.NoSignature {
			made["what"], made["signature"] = "count", each.Signature
		}
		s.sent = append(s.sent, made)
	}
}

func (s *sink) out() (sum int64) {
	for _, each := range s.sent {
		if count, has := values.Whole(each.(map[string]any)["count"]); has {
			sum += count
		} else {
			sum++
		}
	}
	return sum
}

func TestSendsWhatTheVectorsSay(t *testing.T) {
	vectors.Run(t, "suppression", "vectors", nil, func(t *testing.T, v vectors.Vector) {
		driven := &sink{keeper: NewKeeper("")}
		for _, event := range values.Maps(v, "events") {
			driven.feed(event)
		}
		sent, expected := driven.sent, values.List(v, "expected")
		if length, has := values.Whole(v["expected_length"]); has {
			if int64(len(sent)) != length {
				t.Fatalf("%d were sent, not %d", len(sent), length)
			}
			expected = values.List(v, "expected_end")
			sent = sent[len(sent)-len(expected):]
		}
		if made, wanted := plain(t, sent), plain(t, expected); !reflect.DeepEqual(made, wanted) {
			t.Errorf("sent\n%v\n\nnot\n%v", made, wanted)
		}
	})
}

func plain(t *testing.T, list []any) (made []any) {
	text, err := json.Marshal(append([]any{}, list...))
	if err == nil {
		err = json.Unmarshal(text, &made)
	}
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestNothingIsLostWhateverComes(t *testing.T) {
	for seed := int64(0); seed < 100; seed++ {
		random := rand.New(rand.NewSource(seed))
		driven, now, came := &sink{keeper: NewKeeper("")}, int64(0), int64(0)
		for step := 0; step < 25; step++ {
			now += []int64{0, 1, 1_000, 59_999, 60_000, 3_600_000}[random.Intn(6)]
			switch what, name, times := random.Intn(3), random.Intn(2_000), 1+random.Intn(80); what {
			case 0:
				driven.counts(now, driven.keeper.Tick(now))
			default:
				for n := 0; n < times; n++ {
					driven.error(now, fmt.Sprintf("%016x", name+n*(what-1)))
				}
				came += int64(times)
			}
			if driven.out() > came {
				t.Fatalf("seed %d: more went out than came", seed)
			}
		}
		driven.counts(now, driven.keeper.Close())
		if driven.out() != came || len(driven.keeper.Close()) != 0 {
			t.Fatalf("seed %d: %d came, %d went out", seed, came, driven.out())
		}
	}
}

func TestItStaysSmall(t *testing.T) {
	keeper, reports := NewKeeper(""), 0
	for n := int64(0); n < 5_000; n++ {
		if keeper.Error(fmt.Sprintf("%016x", n), n*1_100, 0).Report {
			reports++
		}
	}
	if reports <= mostKnown || len(keeper.known) != mostKnown || keeper.inOrder.Len() != mostKnown {
		t.Errorf("%d reports, %d known, %d in order", reports, len(keeper.known), keeper.inOrder.Len())
	}
}

func TestGoroutinesLoseNothing(t *testing.T) {
	keeper, sent, lock := NewKeeper("r1"), int64(0), sync.Mutex{}
	add := func(report bool, counts []values.Count) {
		lock.Lock()
		defer lock.Unlock()
		if report {
			sent++
		}
		for _, each := range counts {
			sent += each.Seen
		}
	}
	var group sync.WaitGroup
	for worker := 0; worker < 4; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for n := int64(0); n < 3_000; n++ {
				answer := keeper.Error(fmt.Sprintf("%016x", n%3), n*30, 1)
				add(answer.Report, answer.Counts)
				if n%100 == 0 {
					add(false, keeper.Tick(n*30))
				}
			}
		}()
	}
	group.Wait()
	if waiting := keeper.Waiting(); len(waiting) == 0 || waiting[0].Release != "r1" {
		t.Errorf("waiting: %v", waiting)
	}
	add(false, keeper.Close())
	if sent != 12_000 {
		t.Errorf("%d of 12000 went out", sent)
	}
}
