package wire_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/clock"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/wire"
)

var id = strings.Repeat("0a", 16)

func TestACountComesBack(t *testing.T) {
	count := values.Count{Signature: "17310dbb56def269", Seen: 3, First: 1_795_244_400_123, Last: 1_795_244_401_000, Release: "r\"1"}
	written, err := wire.Text(values.Item{ID: id, Time: count.Last, Count: &count})
	wanted := `{"count":3,"first":"2026-11-21T07:00:00.123Z","id":"` + id + `","last":"2026-11-21T07:00:01.000Z","release":"r\"1",` +
		`"schema":"splat-count/1","signature":"17310dbb56def269"}`
	if err != nil || written != wanted {
		t.Fatalf("%s, %v", written, err)
	}
	back, err := wire.Read(written)
	if err != nil || !reflect.DeepEqual(back, values.Item{ID: id, Time: count.Last, Count: &count, Text: written}) {
		t.Errorf("%+v, %v", back, err)
	}
}

func TestAReportComesBack(t *testing.T) {
	report := values.Report{
		"schema": "splat-report/1", "runtime": "go", "exceptions": []any{map[string]any{"type": "E"}}, "id": id,
		"time": "2026-11-21T07:00:00.123Z", "signature": "17310dbb56def269",
	}
	written, err := wire.Text(values.Item{Report: report})
	if err != nil {
		t.Fatal(err)
	}
	back, err := wire.Read(written)
	if err != nil || !reflect.DeepEqual(back, values.Item{ID: id, Time: 1_795_244_400_123, Report: report, Text: written}) {
		t.Errorf("%+v, %v", back, err)
	}
	if back.Signature() != "17310dbb56def269" {
		t.Error(back.Signature())
	}
}

func TestWhatIsNoItemIsRefused(t *testing.T) {
	report := `{"exceptions":[{"type":"E"}],"id":"` + id + `","runtime":"go","schema":"splat-report/1","signature":"17310dbb56def269",` +
		`"time":"2026-11-21T07:00:00.123Z"}`
	if _, err := wire.Read(report); err != nil {
		t.Fatal(err)
	}
	count := `{"count":3,"first":"2026-11-21T07:00:00.123Z","id":"` + id + `","last":"2026-11-21T07:00:01.000Z","release":"",` +
		`"schema":"splat-count/1","signature":"17310dbb56def269"}`
	if _, err := wire.Read(count); err != nil {
		t.Fatal(err)
	}
	for _, each := range []string{
		strings.Replace(report, "0a0a", "0A0A", 1), strings.Replace(report, "17310dbb56def269", "", 1), report[1:], report + "x",
		strings.Replace(report, ".123Z", "Z", 1), strings.Replace(count, ":3", ":0", 1), strings.Replace(count, ":3", `:"3"`, 1),
		strings.Replace(count, `"release":""`, `"release":1`, 1), strings.Replace(count, "0a0a", "0g0a", 1), count[:len(count)-1],
		strings.Replace(count, "07:00:00.123Z", "25:00:00.123Z", 1), "", "null", `"schema":"splat-count/1"`,
	} {
		if item, err := wire.Read(each); err == nil {
			t.Errorf("%s is taken: %+v", each, item)
		}
	}
}

func TestTimes(t *testing.T) {
	for _, each := range []string{"2026-11-21T07:00:00.123Z", "1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"} {
		at, err := clock.Parse(each)
		if err != nil || clock.ISO(at) != each {
			t.Errorf("%s is %d is %s, %v", each, at, clock.ISO(at), err)
		}
	}
	if clock.Digits(1_795_244_400_123) != "20261121070000123" || clock.ISO(-1) != "1970-01-01T00:00:00.000Z" {
		t.Error(clock.Digits(1_795_244_400_123), clock.ISO(-1))
	}
}
