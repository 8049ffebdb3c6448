package main

import "testing"

func TestCount(t *testing.T) {
	if count([]string{"a"}) != "a" {
		t.Fatal("no")
	}
}
