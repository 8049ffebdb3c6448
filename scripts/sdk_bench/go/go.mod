// What scripts/bench sdk-go measures beside this project's SDK. Built in a copy of this folder, where go.sum is made.
module bench

go 1.25.0

require (
	github.com/getsentry/sentry-go v0.50.0
	github.com/rollbar/rollbar-go v1.4.5
	github.com/splat-heal/splat/sdk/go v0.0.0
)
