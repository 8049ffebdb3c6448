module github.com/acme/bank

go 1.22

require (
	github.com/gin-gonic/gin v1.10.0
	github.com/getsentry/sentry-go v0.30.0 // indirect
)
