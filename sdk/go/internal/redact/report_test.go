package redact

import (
	"errors"
	"math"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"
)

const secret = "hunter2hunter2"

func report() map[string]any {
	return map[string]any{
		"schema": "splat-report/1", "id": "4242424242424242" + strings.Repeat("0", 16), "time": "2026-11-21T07:00:00.123Z",
		"runtime": "go", "signature": "4242424242424242", "trace_id": strings.Repeat("4", 32), "root": "/app",
		"release": strings.Repeat("a", 40), "sdk": map[string]any{"name": "splat-go", "version": "0.1.0"},
		"dependencies": map[string]any{"github.com/golang-jwt/jwt/v5": "v5.2.1", "token": "v0.0.0-20210101000000-abcdef123456"},
		"exceptions": []any{map[string]any{
			"type": "shop.Oops", "message": "login failed: password=" + secret, "relation": "surfaced", "parent": nil,
			"frames": []any{map[string]any{
				"path": "shop/cart.go", "line": 42, "column": 5, "function": "total", "in_app": true,
				"source":       `password := "` + secret + `"`,
				"pre_context":  []string{"token = request.token", `apiKey = "` + secret + `"`},
				"post_context": []any{"if password == other {"},
				"locals":       map[string]any{"password": secret, "token": "nil", "item": "password=" + secret, "n": "3"},
			}},
		}},
		"logs":        []any{map[string]any{"time": "2026-11-21T07:00:00.000Z", "level": "info", "message": "secret: " + secret}},
		"breadcrumbs": []any{map[string]any{"message": "GET /?token=" + secret, "data": map[string]any{"api_key": secret, "n": 1}}},
		"request": map[string]any{
			"method": "POST", "route": "/login", "path": "/login?code=" + secret,
			"query":   map[string]string{"code": secret, "page": "2"},
			"headers": map[string]any{"Cookie": "a=" + secret, "Accept": "*/*", "X-Api-Key": secret},
			"body":    `{"password": "` + secret + `"}`,
		},
		"contexts": map[string]any{
			"order": map[string]any{"card_number": secret, "id": 5}, "session": map[string]any{"x": secret},
			"cookie_of": http.Cookie{Name: "session", Value: secret}, "url": url.URL{User: url.UserPassword("bob", secret)},
		},
		"tags":        map[string]string{"auth_token": secret, "plan": "free"},
		"occurrences": map[string]any{"count": 1, "first_seen": "2026-11-21T07:00:00.123Z"},
		"my_password": secret, "mechanism": map[string]any{"type": "http", "handled": false},
	}
}

func TestNothingSecretIsLeftInAnyPart(t *testing.T) {
	given := report()
	made, err := New(nil).Report(given)
	if err != nil {
		t.Fatal(err)
	}
	if shown := asJSON(t, made); strings.Contains(shown, secret) {
		t.Error(shown)
	}
	if !reflect.DeepEqual(given, report()) {
		t.Error("the report given was changed")
	}
}

func TestWhatIsNoSecretIsLeftAsItWas(t *testing.T) {
	made, _ := New(nil).Report(report())
	given := report()
	for _, name := range strings.Fields("schema id time runtime signature trace_id root release sdk dependencies occurrences mechanism") {
		if asJSON(t, made[name]) != asJSON(t, given[name]) {
			t.Errorf("%s is %v", name, made[name])
		}
	}
	at := func(part any, keys ...any) any {
		for _, key := range keys {
			if index, is := key.(int); is {
				part = part.([]any)[index]
			} else {
				part = part.(map[string]any)[key.(string)]
			}
		}
		return part
	}
	frame := at(made, "exceptions", 0, "frames", 0)
	for _, each := range []struct{ got, wanted any }{
		{at(frame, "path"), "shop/cart.go"}, {at(frame, "line"), int64(42)}, {at(frame, "in_app"), true},
		{at(frame, "post_context", 0), "if password == other {"}, {at(frame, "pre_context", 0), "token = request.token"},
		{at(frame, "pre_context", 1), `apiKey = "` + Mark + `"`}, {at(frame, "source"), `password := "` + Mark + `"`},
		{at(frame, "locals", "token"), "nil"}, {at(frame, "locals", "password"), Mark}, {at(frame, "locals", "n"), "3"},
		{at(made, "request", "query", "code"), Mark}, {at(made, "request", "query", "page"), "2"},
		{at(made, "request", "headers", "Cookie"), Mark}, {at(made, "request", "headers", "Accept"), "*/*"},
		{at(made, "contexts", "order", "id"), int64(5)}, {at(made, "contexts", "session"), Mark},
		{at(made, "breadcrumbs", 0, "data", "n"), int64(1)}, {at(made, "tags", "plan"), "free"},
	} {
		if each.got != each.wanted {
			t.Errorf("%v, not %v", each.got, each.wanted)
		}
	}
}

func TestAnOwnFieldThatIsNotInItsFormIsText(t *testing.T) {
	made, _ := New(nil).Report(map[string]any{"signature": "password=" + secret, "time": "password=" + secret, "id": 5})
	if made["signature"] != "password="+Mark || made["time"] != "password="+Mark || made["id"] != int64(5) {
		t.Errorf("%v", made)
	}
}

func TestUsersNamesCountEverywhere(t *testing.T) {
	given := map[string]any{
		"tags": map[string]any{"shoe_size": "46"}, "logs": []any{map[string]any{"message": "shoeSize=46"}},
		"contexts": map[string]any{"a": map[string]any{"shoe size": 46}},
	}
	if made, _ := New(nil).Report(given); !strings.Contains(asJSON(t, made), "46") {
		t.Errorf("%v", made)
	}
	if made, _ := New([]string{"shoe size", "", "12"}).Report(given); strings.Contains(asJSON(t, made), "46") {
		t.Errorf("%v", made)
	}
}

type opaque struct{ password string }

func (o opaque) String() string { return o.password }

type failing struct{}

func (*failing) Error() string { panic(secret) }

func TestValuesOfAnyTypeBecomePlain(t *testing.T) {
	circle := []any{nil}
	circle[0] = map[string]any{"again": circle}
	var nothing *opaque
	type inner struct{ Password, Name string }
	made := New(nil).Value(map[string]any{
		"a": &failing{}, "b": &inner{secret, "bob"}, "c": circle, "d": [2]int{1, 2}, "e": []byte("abc"), "f": math.NaN(),
		"g": opaque{secret}, "h": nothing, "i": errors.New("token=" + secret), "j": map[int]string{1: "x"},
		"k": time.Date(2026, 11, 21, 7, 0, 0, 0, time.UTC), "l": func() {}, "m": http.Header{"Authorization": {secret}},
		"n": time.Second, "o": math.Inf(-1), "p": uint8(5),
	})
	wanted := map[string]any{
		"a": "[unprintable]", "b": map[string]any{"Password": Mark, "Name": "bob"}, "c": []any{map[string]any{"again": "[cycle]"}},
		"d": []any{int64(1), int64(2)}, "e": "bytes(3)", "f": "NaN", "g": "redact.opaque", "h": nil, "i": "token=" + Mark,
		"j": map[string]any{"1": "x"}, "k": "2026-11-21T07:00:00Z", "l": "func()", "m": map[string]any{"Authorization": Mark},
		"n": int64(time.Second), "o": "-Infinity", "p": uint64(5),
	}
	if !reflect.DeepEqual(made, wanted) {
		t.Errorf("%v\nnot\n%v", made, wanted)
	}
}

func TestVeryDeepAndVeryWideValuesEnd(t *testing.T) {
	var deep any = 1
	for n := 0; n < 100_000; n++ {
		deep = []any{deep}
	}
	if made := asJSON(t, New(nil).Value(deep)); !strings.Contains(made, "truncated") || len(made) > 100 {
		t.Error(made)
	}
	row := make([]string, 200)
	wide := make([][]string, 200)
	for n := range wide {
		row[n], wide[n] = secret, row
	}
	if made := New(nil).Value(wide).([]any); len(made) > 101 || len(asJSON(t, made)) > 200_000 {
		t.Errorf("%d entries", len(made))
	}
}

func TestAReportOfAnyShapeIsRedacted(t *testing.T) {
	junk := []any{
		nil, true, 5, map[string]any{"password": secret}, []any{map[string]any{"password": secret}},
		map[string]string{"password": secret}, []map[string]string{{"password": secret}},
		map[string]any{"frames": map[string]any{"password": secret}, "locals": []any{"token", secret}},
	}
	for name := range report() {
		for _, each := range junk {
			made, err := New(nil).Report(map[string]any{name: each, "exceptions": []any{each, map[string]any{"frames": each}}})
			if err != nil || strings.Contains(asJSON(t, made), secret) {
				t.Errorf("%s: %v, %v", name, made, err)
			}
		}
	}
}
