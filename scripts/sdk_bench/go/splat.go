//go:build splat

package main

import (
	"time"

	splat "github.com/splat-heal/splat/sdk/go"
)

var capture = splat.CaptureError

func setUp(task string) sdk {
	options := splat.Options{Repo: "o/r", Token: "t", Root: folder, SpoolDir: folder + "/spool"}
	if task == "burst" {
		options.APIURL = url
	} else {
		// Fifty issues in a minute are more than it makes; a collector takes them all.
		options.Transport, options.URL = "http", url+"/collect"
	}
	splat.Init(options)
	return sdk{
		flush: func() { splat.Flush(10 * time.Second) },
		end:   splat.Close,
		wrap:  splat.Handler,
	}
}
