//go:build sentry

package main

import (
	"net/http"
	"strings"
	"time"

	"github.com/getsentry/sentry-go"
	sentryhttp "github.com/getsentry/sentry-go/http"
)

var capture = sentry.CaptureException

func setUp(task string) sdk {
	err := sentry.Init(sentry.ClientOptions{Dsn: strings.Replace(url, "http://", "http://key@", 1) + "/1"})
	if err != nil {
		panic(err)
	}
	return sdk{
		flush: func() { sentry.Flush(10 * time.Second) },
		end:   func() { sentry.Flush(2 * time.Second) },
		wrap:  func(next http.Handler) http.Handler { return sentryhttp.New(sentryhttp.Options{}).Handle(next) },
	}
}
