package splat

import (
	"github.com/splat-heal/splat/sdk/go/internal/settings"
	"github.com/splat-heal/splat/sdk/go/internal/transports/collector"
	"github.com/splat-heal/splat/sdk/go/internal/transports/github"
	"github.com/splat-heal/splat/sdk/go/internal/transports/local"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/warn"
)

// transportOf is the one that the settings name. Called on the goroutine that delivers.
func transportOf(s *settings.Settings, folder string) values.Transport {
	switch s.Transport {
	case "own":
		return s.Own
	case "github":
		return github.New(github.Config{
			Repo: s.Repo, Token: s.Token, APIURL: s.APIURL, Labels: s.Labels, TriggerLabel: s.TriggerLabel,
			Reporters: s.Reporters, PublicLogs: s.PublicLogs, PublicRequest: s.PublicRequest,
			PublicLocals: s.PublicLocals, Folder: folder, Warn: warn.Say, Jitter: github.Jitter,
		})
	case "http":
		return collector.New(s.URL, warn.Say)
	case "file":
		return local.File{Folder: s.Folder, Warn: warn.Say}
	case "console":
		return local.Console{}
	}
	return local.None{}
}
