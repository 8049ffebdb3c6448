package main

import (
	"errors"
	"fmt"
)

type QuotaError struct{ Left int }

func (q *QuotaError) Error() string { return fmt.Sprintf("quota: %d left\nask again", q.Left) }

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	defer func() { recover(); must(&QuotaError{3}) }()
	must(errors.New("bad row"))
}
