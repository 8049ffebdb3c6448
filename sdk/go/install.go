package splat

import (
	"github.com/splat-heal/splat/sdk/go/internal/report"
)

// install starts what sees errors and logs by itself.
func (c *client) install(reporter *report.Reporter, folder string) {
	if c.settings.Has("http") || c.settings.Has("logging") {
		c.listener = &listener{look: c.heard, records: c.settings.Has("logging")}
		c.listener.start()
		c.stop = append(c.stop, c.listener.stop)
	}
	if c.settings.Has("crash") {
		if stop := keepCrash(folder, reporter.Facts()); stop != nil {
			c.stop = append(c.stop, stop)
		}
	}
}
