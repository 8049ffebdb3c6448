package splat

import (
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/build"
	"github.com/splat-heal/splat/sdk/go/internal/settings"
	"github.com/splat-heal/splat/sdk/go/internal/stack"
	"github.com/splat-heal/splat/sdk/go/internal/values"
)

// Version of this SDK.
const Version = "0.1.0"

// Transport is where reports go, for those who deliver them by themselves (Options.Deliver). One goroutine calls Send,
// Tick and Close.
type Transport = values.Transport

// Item is what a Transport delivers: a finished report, or a count of repeats. Text is its canonical JSON.
type Item = values.Item

// Count is how often a bug was seen beyond what was sent.
type Count = values.Count

// Outcome is what became of an Item.
type Outcome = values.Outcome

// What a Transport answers for each Item.
const (
	Delivered = values.Delivered
	Later     = values.Later
	Never     = values.Never
)

// Options of Init. A field that is not set is looked up in the variable SPLAT_<NAME> (SPLAT_API_URL, SPLAT_SPOOL_DIR),
// and has its default else. A value that cannot be used warns once on stderr; nothing ever takes the app down.
type Options struct {
	// Where errors go.

	Repo            string        // owner/name of the repository that gets the issues
	Token           string        // may read and write issues there; SPLAT_TOKEN is the place for it
	APIURL          string        // of a GitHub Enterprise server
	Transport       string        // github (the default with Repo), http (the default with URL), file, console or none
	Deliver         Transport     // delivers in the place of all these
	URL             string        // where http posts to
	Folder          string        // where file writes reports; splat-reports
	SpoolDir        string        // for what could not be delivered; by default below the user's cache folder
	Durable         bool          // each new error is on disk before its capture returns
	ShutdownTimeout time.Duration // that Close may take for delivery; 2 seconds; none at all when negative
	Labels          []string      // of issues, besides splat
	TriggerLabel    string        // of the one issue of a bug when it is certain to be the only one; auto-fix
	Reporters       []int64       // numeric ids of other accounts that report into the repository

	// What they say.

	Service        string
	Environment    string    // production
	Release        string    // the commit, by default what the platform, the Go tool or .git says
	Deploy         string    // what was deployed last
	DeployTime     time.Time // and when
	Root           string    // the app's folder; the one that the process started in, or where it was built
	Include        []string  // folders that hold the app's code although they look like a library's
	IncludeSource  *bool     // lines around each frame, where the source is there; new(bool) turns them off
	IncludeQuery   bool      // parts of the request, redacted
	IncludeHeaders bool
	IncludeBody    bool
	Redact         []string // names whose values are secret, besides those that always are
	PublicLogs     bool     // allow these in issues of a public repository
	PublicRequest  bool
	PublicLocals   bool

	// Which are sent.

	BeforeSend   func(report map[string]any) map[string]any // gets each report, redacted; what it returns is sent, nil drops it
	Ignore       []string                                   // types of errors, as %T prints them or their last part; wrapped ones too
	IgnoreErrors []error                                    // compared with errors.Is
	SampleRate   float64                                    // share of errors that are captured; all of them when 0
	Enabled      *bool                                      // new(bool) does nothing at all
	Integrations []string                                   // of http, crash and logging, which is the default; or none
	Debug        bool                                       // say on stderr what is done
}

// given are the fields that are set, by the option's name.
func (o Options) given() map[string]any {
	made := map[string]any{}
	for name, value := range map[string]string{
		"repo": o.Repo, "token": o.Token, "api_url": o.APIURL, "transport": o.Transport, "url": o.URL, "folder": o.Folder,
		"spool_dir": o.SpoolDir, "trigger_label": o.TriggerLabel, "service": o.Service, "environment": o.Environment,
		"release": o.Release, "deploy": o.Deploy, "root": o.Root,
	} {
		if value != "" {
			made[name] = value
		}
	}
	for name, value := range map[string]bool{
		"durable": o.Durable, "include_query": o.IncludeQuery, "include_headers": o.IncludeHeaders,
		"include_body": o.IncludeBody, "public_logs": o.PublicLogs, "public_request": o.PublicRequest,
		"public_locals": o.PublicLocals, "debug": o.Debug,
	} {
		if value {
			made[name] = value
		}
	}
	for name, value := range map[string][]string{
		"labels": o.Labels, "include": o.Include, "redact": o.Redact, "ignore": o.Ignore, "integrations": o.Integrations,
	} {
		if value != nil {
			made[name] = value
		}
	}
	for name, value := range map[string]*bool{"enabled": o.Enabled, "include_source": o.IncludeSource} {
		if value != nil {
			made[name] = *value
		}
	}
	if o.Reporters != nil {
		made["reporters"] = o.Reporters
	}
	if o.SampleRate != 0 {
		made["sample_rate"] = o.SampleRate
	}
	if o.ShutdownTimeout != 0 {
		made["shutdown_timeout"] = max(0, o.ShutdownTimeout.Seconds())
	}
	if !o.DeployTime.IsZero() {
		made["deploy_time"] = o.DeployTime
	}
	return made
}

// read are the settings of one Init.
func (o Options) read(info build.Info) *settings.Settings {
	made := settings.Read(o.given(), os.Environ(), mainOf(info))
	made.BeforeSend, made.IgnoreErrors, made.Own = o.BeforeSend, o.IgnoreErrors, o.Deliver
	made.Chosen()
	return &made
}

// mainOf finds the main package among the calls that led to Init.
func mainOf(info build.Info) settings.Main {
	made := settings.Main{Working: settings.Working(), Package: info.Main, Module: info.Module}
	walk := runtime.CallersFrames(stack.Here(1))
	for {
		frame, more := walk.Next()
		if strings.HasPrefix(frame.Function, "main.") {
			made.File = frame.File
		}
		if !more {
			return made
		}
	}
}
