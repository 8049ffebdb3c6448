package settings_test

import (
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/settings"
)

var here = settings.Main{Working: "/srv/shop"}

func TestFieldsComeBeforeVariablesBeforeDefaults(t *testing.T) {
	made := settings.Read(map[string]any{"service": "cart", "debug": true},
		[]string{"SPLAT_SERVICE=web", "SPLAT_REPO=acme/shop", "SPLAT_DEBUG=off", "SPLAT_TOKEN= t0ken ", "HOME=/x"}, here)
	if made.Service != "cart" || !made.Debug || made.Repo != "acme/shop" || made.Token != "t0ken" {
		t.Errorf("%+v", made)
	}
	if made.Environment != "production" || made.TriggerLabel != "auto-fix" || made.SampleRate != 1 || !made.Enabled ||
		!made.IncludeSource || made.ShutdownTimeout != 2*time.Second || made.APIURL != "https://api.github.com" {
		t.Errorf("%+v", made)
	}
	if made.Root != "/srv/shop" || made.Folder != "/srv/shop/splat-reports" || made.SpoolDir != "" {
		t.Errorf("%q %q %q", made.Root, made.Folder, made.SpoolDir)
	}
}

func TestValuesAreRead(t *testing.T) {
	for _, each := range []struct {
		name, given string
		expected    any
	}{
		{"repo", "https://me:ghp_x@github.com/acme/shop.git", "acme/shop"},
		{"repo", "git@github.com:acme/shop.git", "acme/shop"},
		{"repo", "acme", ""},
		{"repo", "acme/../shop", ""},
		{"api_url", "https://git.example.org/api/v3/", "https://git.example.org/api/v3"},
		{"api_url", "http://127.0.0.1:4000", "http://127.0.0.1:4000"},
		{"api_url", "http://git.example.org", "https://api.github.com"},
		{"token", "two words", ""},
		{"labels", "a, b,,a", []string{"a", "b"}},
		{"trigger_label", "SPLAT", "auto-fix"},
		{"reporters", "1,22", []int64{1, 22}},
		{"reporters", "1,-2", []int64(nil)},
		{"sample_rate", "0.5", 0.5},
		{"sample_rate", "2", 1.0},
		{"sample_rate", "NaN", 1.0},
		{"enabled", "No", false},
		{"enabled", "maybe", true},
		{"shutdown_timeout", "0.5", 500 * time.Millisecond},
		{"deploy_time", "2026-11-21T08:00:00+01:00", "2026-11-21T07:00:00.000Z"},
		{"deploy_time", "yesterday", ""},
		{"transport", "FILE", "file"},
		{"transport", "carrier pigeon", ""},
		{"integrations", "none", []string(nil)},
		{"integrations", "http, crash", []string{"http", "crash"}},
		{"integrations", "everything", settings.Integrations},
		{"service", "a\nb", ""},
		{"spool_dir", "spool", "/srv/shop/spool"},
	} {
		made := settings.Read(nil, []string{"SPLAT_" + strings.ToUpper(each.name) + "=" + each.given}, here)
		field := reflect.ValueOf(made).FieldByNameFunc(func(name string) bool {
			return strings.EqualFold(name, strings.ReplaceAll(each.name, "_", ""))
		})
		if got := field.Interface(); !reflect.DeepEqual(got, each.expected) {
			t.Errorf("%s=%s is %#v, not %#v", each.name, each.given, got, each.expected)
		}
	}
}

func TestAWrongFieldIsTheDefault(t *testing.T) {
	made := settings.Read(map[string]any{
		"sample_rate": math.NaN(), "reporters": []int64{0}, "labels": []string{strings.Repeat("x", 51)},
		"shutdown_timeout": 61.0, "repo": "\x00",
	}, nil, here)
	if made.SampleRate != 1 || made.Reporters != nil || made.Labels != nil || made.ShutdownTimeout != 2*time.Second ||
		made.Repo != "" {
		t.Errorf("%+v", made)
	}
}

func TestTheTransportThatIsAskedFor(t *testing.T) {
	for _, each := range []struct{ given, expected string }{
		{"", "none"},
		{"SPLAT_REPO=a/b", "none"},
		{"SPLAT_REPO=a/b SPLAT_TOKEN=t", "github"},
		{"SPLAT_URL=https://x.y", "http"},
		{"SPLAT_URL=https://x.y SPLAT_TRANSPORT=console", "console"},
		{"SPLAT_TRANSPORT=http", "none"},
		{"SPLAT_TRANSPORT=file", "file"},
	} {
		made := settings.Read(nil, strings.Fields(each.given), here)
		if made.Chosen(); made.Transport != each.expected {
			t.Errorf("%s: %s, not %s", each.given, made.Transport, each.expected)
		}
	}
}

func TestTheRoot(t *testing.T) {
	for _, each := range []struct {
		name, given string
		main        settings.Main
		expected    string
	}{
		{"where it started", "", settings.Main{Working: "/app"}, "/app"},
		{"given", "/srv", settings.Main{Working: "/app"}, "/srv"},
		{"given below", "src", settings.Main{Working: "/app"}, "/app/src"},
		{"run where it was built", "",
			settings.Main{Working: "/src", File: "/src/cmd/web/main.go", Package: "shop/cmd/web", Module: "shop"}, "/src"},
		{"run elsewhere", "",
			settings.Main{Working: "/app", File: "/src/cmd/web/main.go", Package: "shop/cmd/web", Module: "shop"}, "/src"},
		{"built with -trimpath", "",
			settings.Main{Working: "/app", File: "a.b/shop/main.go", Package: "a.b/shop", Module: "a.b/shop"}, "a.b/shop"},
		{"a package of another name", "",
			settings.Main{Working: "/app", File: "/src/web/main.go", Package: "shop/cmd/web", Module: "shop"}, "/app"},
		{"without a module", "", settings.Main{Working: "/app", File: "/src/main.go", Package: "command-line-arguments"}, "/app"},
	} {
		given := map[string]any{}
		if each.given != "" {
			given["root"] = each.given
		}
		made := settings.Read(given, nil, each.main)
		if made.Root != each.expected {
			t.Errorf("%s: %q, not %q", each.name, made.Root, each.expected)
		}
		if !filepath.IsAbs(made.Folder) {
			t.Errorf("%s: %q", each.name, made.Folder)
		}
	}
}
