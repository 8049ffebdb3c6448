// Package quick holds work to a time, for tests.
package quick

import (
	"testing"
	"time"
)

const (
	tries = 5
	// With so much gone it is no longer the machine that is slow.
	enough = time.Minute
)

// Within fails when the work takes longer than most, each time that it is tried: once may be another program's doing.
func Within(t testing.TB, most time.Duration, what string, work func()) {
	t.Helper()
	began := time.Now()
	var took time.Duration
	for try := 0; try < tries && time.Since(began) < enough; try++ {
		started := time.Now()
		work()
		if took = time.Since(started); took <= most {
			return
		}
	}
	t.Errorf("%s took %s", what, took)
}
