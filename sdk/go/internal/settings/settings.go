// Package settings reads what the user asked for: fields of Options, then SPLAT_* variables, then defaults. A value that
// cannot be used warns once, and the default is used.
package settings

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/release"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/warn"
)

// Settings are valid, and do not change. Texts are "" and lists nil where nothing is set.
type Settings struct {
	Repo            string // owner/name of the repository that gets the issues
	Token           string // may read and write issues there
	APIURL          string // without a slash at the end
	Service         string
	Environment     string
	Release         string
	Deploy          string // names what was deployed last
	DeployTime      string // when, in the form of rule R1
	Root            string // "" when even the working folder is unknown
	Include         []string
	Transport       string // github, http, file, console, none
	Own             values.Transport
	URL             string
	Folder          string
	SpoolDir        string // "" for the default place (rule P1)
	Labels          []string
	TriggerLabel    string
	Reporters       []int64
	BeforeSend      func(map[string]any) map[string]any
	Ignore          []string
	IgnoreErrors    []error
	SampleRate      float64
	Enabled         bool
	Debug           bool
	IncludeSource   bool
	IncludeQuery    bool
	IncludeHeaders  bool
	IncludeBody     bool
	Durable         bool
	Redact          []string
	PublicLogs      bool
	PublicRequest   bool
	PublicLocals    bool
	Integrations    []string
	ShutdownTimeout time.Duration
}

// Integrations that are on by default: panics that net/http logs, the crash file, the last log records.
var Integrations = []string{"http", "crash", "logging"}

// Has says whether an integration is on.
func (s *Settings) Has(integration string) bool {
	for _, each := range s.Integrations {
		if each == integration {
			return true
		}
	}
	return false
}

// An option of the table: its default, and what reads a value. Those without a reader are taken from arguments as they
// are.
type option struct {
	fallback any
	read     func(any) (any, error)
}

var table = map[string]option{
	"repo":             {"", repository},
	"token":            {"", token},
	"api_url":          {"https://api.github.com", apiURL},
	"service":          {"", line},
	"environment":      {"production", line},
	"release":          {"", line},
	"deploy":           {"", line},
	"deploy_time":      {"", moment},
	"root":             {"", folder},
	"include":          {[]string(nil), folders},
	"transport":        {"", oneOf("github", "http", "file", "console", "none")},
	"url":              {"", address},
	"folder":           {"splat-reports", folder},
	"spool_dir":        {"", folder},
	"labels":           {[]string(nil), labels},
	"trigger_label":    {"auto-fix", trigger},
	"reporters":        {[]int64(nil), numbers},
	"ignore":           {[]string(nil), texts},
	"sample_rate":      {1.0, share},
	"enabled":          {true, flag},
	"debug":            {false, flag},
	"include_source":   {true, flag},
	"include_query":    {false, flag},
	"include_headers":  {false, flag},
	"include_body":     {false, flag},
	"locals":           {"shape", oneOf("shape", "values", "off")}, // Go shows none: for variables that services share
	"durable":          {false, flag},
	"redact":           {[]string(nil), texts},
	"public_logs":      {false, flag},
	"public_request":   {false, flag},
	"public_locals":    {false, flag},
	"integrations":     {Integrations, someOf(Integrations...)},
	"shutdown_timeout": {2.0, seconds},
	// These are functions and lists of errors, that no variable holds.
	"before_send": {nil, nil},
}

// Variables that begin as ours do and belong to the program that heals.
var notOurs = []string{"SPLAT_LIMITS_", "SPLAT_TREE", "SPLAT_RESULTS", "SPLAT_TOOLS"}

// Read makes the settings of one Init: given are the fields that were set, by the option's name. main is the folder of
// the program's main package as the compiler saw it, "" when unknown (see root.go).
func Read(given map[string]any, environ []string, main Main) Settings {
	found := map[string]sourced{}
	for name, value := range fromEnvironment(environ) {
		found[name] = value
	}
	for name, value := range given {
		found[name] = sourced{value, "Options." + fieldOf(name)}
	}
	chosen := map[string]any{}
	for name, each := range found {
		if value, ok := checked(name, each); ok {
			chosen[name] = value
		}
	}
	s := filled(chosen)
	s.Root = rootOf(s.Root, main)
	place(&s, main)
	if s.Release == "" {
		s.Release = release.Release(environ, s.Root)
	}
	if s.Deploy == "" {
		s.Deploy = release.Deploy(environ)
	}
	return s
}

// Chosen settles the transport: the one that was asked for, else the one that the rest asks for; none where it lacks
// what it needs.
func (s *Settings) Chosen() {
	asked := s.Transport
	switch {
	case s.Own != nil:
		s.Transport = "own"
		return
	case asked != "":
	case s.URL != "":
		asked = "http"
	case s.Repo != "" || s.Token != "":
		asked = "github"
	}
	missing := ""
	switch {
	case asked == "":
		missing = "give Options a Repo and a Token (SPLAT_REPO, SPLAT_TOKEN), or a URL, or a Transport"
	case asked == "github" && s.Repo == "":
		missing = "the transport github needs Repo (or SPLAT_REPO)"
	case asked == "github" && s.Token == "":
		missing = "the transport github needs Token (or SPLAT_TOKEN)"
	case asked == "http" && s.URL == "":
		missing = "the transport http needs URL (or SPLAT_URL)"
	}
	if missing != "" {
		asked = "none"
		if s.Enabled {
			warn.Say("no transport", "errors are not sent anywhere: "+missing)
		}
	}
	s.Transport = asked
}

func filled(chosen map[string]any) Settings {
	of := func(name string) any {
		if value, ok := chosen[name]; ok {
			return value
		}
		return table[name].fallback
	}
	text := func(name string) string { return of(name).(string) }
	on := func(name string) bool { return of(name).(bool) }
	list := func(name string) []string { return of(name).([]string) }
	return Settings{
		Repo: text("repo"), Token: text("token"), APIURL: text("api_url"),
		Service: text("service"), Environment: text("environment"), Release: text("release"),
		Deploy: text("deploy"), DeployTime: text("deploy_time"),
		Root: text("root"), Include: list("include"),
		Transport: text("transport"), URL: text("url"), Folder: text("folder"), SpoolDir: text("spool_dir"),
		Labels: list("labels"), TriggerLabel: text("trigger_label"), Reporters: of("reporters").([]int64),
		Ignore: list("ignore"), SampleRate: of("sample_rate").(float64),
		Enabled: on("enabled"), Debug: on("debug"), IncludeSource: on("include_source"),
		IncludeQuery: on("include_query"), IncludeHeaders: on("include_headers"), IncludeBody: on("include_body"),
		Durable: on("durable"), Redact: list("redact"),
		PublicLogs: on("public_logs"), PublicRequest: on("public_request"), PublicLocals: on("public_locals"),
		Integrations:    list("integrations"),
		ShutdownTimeout: time.Duration(math.Round(of("shutdown_timeout").(float64) * float64(time.Second))),
	}
}

// place makes the folders absolute: they lie below the root that the user gave, else below the working folder.
func place(s *Settings, main Main) {
	base := main.Working
	if filepath.IsAbs(s.Root) {
		base = s.Root
		if s.Root == main.derived() {
			base = main.Working // a folder of the machine that built it
		}
	}
	for _, path := range []*string{&s.Folder, &s.SpoolDir} {
		if *path != "" && !filepath.IsAbs(*path) {
			*path = filepath.Join(base, *path)
		}
	}
	for index, each := range s.Include {
		if !filepath.IsAbs(each) && filepath.IsAbs(s.Root) {
			s.Include[index] = filepath.Join(s.Root, each)
		}
	}
}

// A value and where it stands.
type sourced struct {
	value any
	where string
}

func fromEnvironment(environ []string) map[string]sourced {
	found := map[string]sourced{}
	for _, each := range environ {
		variable, value, _ := strings.Cut(each, "=")
		if !strings.HasPrefix(variable, "SPLAT_") || strings.TrimSpace(value) == "" {
			continue
		}
		name := strings.ToLower(variable[len("SPLAT_"):])
		if known, ok := table[name]; ok {
			if known.read != nil {
				found[name] = sourced{value, variable}
			}
		} else if alike := closest(name, names()); alike != "" && !isTheirs(variable) {
			// Without a likeness it is most likely another program's.
			warn.Say("option "+name, fmt.Sprintf("no variable %s is known (did you mean SPLAT_%s?); it is passed over",
				variable, strings.ToUpper(alike)))
		}
	}
	return found
}

func isTheirs(variable string) bool {
	for _, each := range notOurs {
		if strings.HasPrefix(variable, each) {
			return true
		}
	}
	return false
}

func checked(name string, each sourced) (any, bool) {
	known, ok := table[name]
	if !ok || known.read == nil {
		return nil, false
	}
	value, err := known.read(each.value)
	if err == nil {
		return value, true
	}
	used := fmt.Sprintf("%v is used", known.fallback)
	if known.fallback == "" || isEmpty(known.fallback) {
		used = "it is left out"
	}
	warn.Say("option "+name, fmt.Sprintf("%s %v; %s", each.where, err, used))
	return nil, false
}

func isEmpty(value any) bool {
	switch list := value.(type) {
	case []string:
		return len(list) == 0
	case []int64:
		return len(list) == 0
	}
	return false
}

func names() []string {
	made := make([]string, 0, len(table))
	for name := range table {
		made = append(made, name)
	}
	sort.Strings(made)
	return made
}

// fieldOf is the name of the field of Options: before_send is BeforeSend.
func fieldOf(name string) string {
	parts := strings.Split(name, "_")
	for index, part := range parts {
		if part == "url" || part == "api" {
			parts[index] = strings.ToUpper(part)
		} else {
			parts[index] = strings.ToUpper(part[:1]) + part[1:]
		}
	}
	return strings.Join(parts, "")
}

// Working is the folder the process is in, "" when unknown.
func Working() string {
	folder, err := os.Getwd()
	if err != nil {
		return ""
	}
	return folder
}
