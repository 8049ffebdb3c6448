package main

import (
	"log"
	"log/slog"
	"os"
	"runtime/debug"
)

func work() { var m map[string][]int; m["a"] = nil }

func main() {
	func() {
		defer func() { if r := recover(); r != nil { slog.New(slog.NewJSONHandler(os.Stderr, nil)).Error("worker failed", "panic", r, "stack", string(debug.Stack())) } }()
		work()
	}()
	defer func() { if r := recover(); r != nil { log.Println("panic recovered:", r); debug.PrintStack() } }()
	work()
}
