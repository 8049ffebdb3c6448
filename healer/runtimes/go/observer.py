"""Makes a Go file tell of each panic that leaves one of its functions.

Go has no hook for panics, and one that a server recovers leaves no trace but what the program chooses to print. So for
the one watched run each function of the file gets a first deferred call, which writes down the value and the program
counters of the still standing stack, and panics on with the same value. Text that a program prints is never looked
at. Fatal errors (deadlocks, concurrent map writes, exhausted stacks) run no deferred calls and are not seen.

A test that is out to deceive could write to the result file, which needs file writing, and that lays the patch before
a person. A double's panic shows in the frames: its own function lies below the reported one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

HELPER = "splat_observer.go"
#: In the Go of go.mod, which may be an old one: no `any`, no `0o644`, nothing that 1.0 did not have.
_HELPER = """\
package PACKAGE

import (
	splatjson "encoding/json"
	splatfmt "fmt"
	splatos "os"
	splatpath "path/filepath"
	splatruntime "runtime"
	splatstrings "strings"
)

func splatObserve() {
	if value := recover(); value != nil {
		splatWrite(value)
		panic(value)
	}
}

func splatWrite(value interface{}) {
	folder := splatos.Getenv("SPLAT_RESULTS")
	if folder == "" {
		return
	}
	types, message := []string{"panic", splatfmt.Sprintf("%T", value)}, splatfmt.Sprint(value)
	if failure, ok := value.(splatruntime.Error); ok {
		types, message = []string{"runtime error", types[1], "panic"}, failure.Error()
	}
	told := map[string]interface{}{"types": types, "message": message, "frames": splatFrames()}
	record, err := splatjson.Marshal(told)
	if err != nil {
		return
	}
	flags := splatos.O_APPEND | splatos.O_CREATE | splatos.O_WRONLY
	file, err := splatos.OpenFile(splatpath.Join(folder, "raised.jsonl"), flags, 0644)
	if err != nil {
		return
	}
	defer file.Close()
	file.Write(append(record, '\\n'))
}

// The stack below the panic, outermost call first.
func splatFrames() [][]interface{} {
	counters := make([]uintptr, 100)
	frames := splatruntime.CallersFrames(counters[:splatruntime.Callers(1, counters)])
	rows := [][]interface{}{}
	for {
		frame, more := frames.Next()
		unwinding := splatstrings.HasPrefix(frame.Function, "runtime.")
		if len(rows) > 0 || !unwinding && splatpath.Base(frame.File) != "splat_observer.go" {
			rows = append([][]interface{}{{frame.File, frame.Line, frame.Function}}, rows...)
		}
		if !more {
			return rows
		}
	}
}
"""


def instrument(path: str, source: bytes) -> Mapping[str, bytes]:
    """`path` with a deferred call at the head of each function, and the file that holds what it calls."""
    import tree_sitter_go
    from tree_sitter import Language, Parser

    package = re.search(rb"^package\s+(\w+)", source, re.MULTILINE)
    if package is None:
        return {}
    root = Parser(Language(tree_sitter_go.language())).parse(source).root_node
    changed, last = [], 0
    for start in sorted(_bodies(root)):
        changed += [source[last:start], b" defer splatObserve(); "]
        last = start
    folder = path.rpartition("/")[0]
    helper = _HELPER.replace("PACKAGE", package[1].decode(), 1).encode()
    return {path: b"".join([*changed, source[last:]]), f"{folder}/{HELPER}" if folder else HELPER: helper}


def _bodies(root: Node) -> list[int]:
    """Where the body of each function and function literal begins, after its brace."""
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        waiting += node.named_children
        if node.type in ("function_declaration", "method_declaration", "func_literal"):
            body = node.child_by_field_name("body")
            if body is not None:
                found.append(body.start_byte + 1)
    return found
