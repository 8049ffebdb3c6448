//go:build rollbar

package main

import "github.com/rollbar/rollbar-go"

func capture(err error) { rollbar.ErrorWithStackSkip(rollbar.ERR, err, 3) }

func setUp(task string) sdk {
	rollbar.SetToken("x")
	rollbar.SetEndpoint(url + "/api/1/item/")
	return sdk{
		flush: rollbar.Wait,
		end:   rollbar.Close,
	}
}
