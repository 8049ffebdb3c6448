package trace

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"github.com/splat-heal/splat/sdk/go/internal/values"
)

const runtimeError = "runtime error: "

// Thrown is the type and the message of what a panic threw, as a trace prints them.
func Thrown(value any) (kind, message string) {
	one := said("panic", printed(value))
	return one.kind, one.message
}

// printed is a thrown value as Go's runtime prints it. What a method of the app's panics with stays its own matter.
func printed(value any) (made string) {
	defer func() {
		if recover() != nil {
			made = fmt.Sprintf("(%T)", value)
		}
	}()
	switch value := value.(type) {
	case nil:
		return "nil"
	case error:
		return value.Error()
	case fmt.Stringer:
		return value.String()
	case string:
		return value
	}
	of := reflect.ValueOf(value)
	shown := ""
	switch {
	case of.Kind() == reflect.String:
		shown = strconv.Quote(of.String())
	case of.Kind() == reflect.Bool || of.CanInt() || of.CanUint() || of.CanFloat():
		shown = fmt.Sprint(value)
	case of.Kind() == reflect.Pointer:
		return fmt.Sprintf("(%T) %p", value, value)
	default:
		return fmt.Sprintf("(%T) %p", value, &value)
	}
	if of.Type().PkgPath() != "" {
		return fmt.Sprintf("%T(%s)", value, shown)
	}
	return shown
}

// said is the type and the message of what was thrown, without Go's remarks behind it.
func said(kind, message string) thrown {
	bare := message
	for _, remark := range [...]string{"[recovered]", "[recovered, repanicked]", "[recovered, reraised]", "[goexit]"} {
		if before, found := strings.CutSuffix(message, remark); found {
			bare = strings.TrimRight(before, " \t\n")
		}
	}
	if rest, is := strings.CutPrefix(bare, runtimeError); is && kind == "panic" {
		return thrown{"runtime error", strings.TrimSpace(rest), bare != message}
	}
	return thrown{kind, strings.TrimSpace(bare), bare != message}
}

// label is what a line says that begins a header: `panic: `, `fatal error: ` or `http: panic serving 1.2.3.4:5: `.
func label(line string) (said string, fatal, is bool) {
	line = strings.TrimRight(cut(line), " \t\r")
	if _, behind, serving := strings.Cut(line, ": panic serving "); serving {
		address, said, is := strings.Cut(behind, ": ")
		if is && address != "" && !strings.ContainsAny(address, " \t") {
			return said, false, true
		}
	}
	for _, each := range [...]string{"panic: ", "fatal error: "} {
		before, said, is := strings.Cut(line, each)
		if is && (before == "" || strings.IndexByte(" \t]|>", before[len(before)-1]) >= 0) {
			return said, each != "panic: ", true
		}
	}
	return "", false, false
}

// isGoroutine tells `goroutine 7 [running]:`.
func isGoroutine(line string) bool {
	rest, is := strings.CutPrefix(strings.TrimSpace(line), "goroutine ")
	number, rest, _ := strings.Cut(rest, " ")
	if !is || len(line) > maxLine || !isNumber(number, 12) || !strings.HasSuffix(rest, ":") {
		return false
	}
	for strings.HasPrefix(rest, "gp=") || strings.HasPrefix(rest, "m=") || strings.HasPrefix(rest, "mp=") {
		_, rest, _ = strings.Cut(rest, " ")
	}
	state, behind, closed := strings.Cut(rest, "]")
	return closed && len(state) > 1 && state[0] == '[' && (behind == ":" || strings.HasPrefix(behind, "{"))
}

func isNumber(text string, most int) bool {
	return text != "" && len(text) <= most && strings.Trim(text, "0123456789") == ""
}

// readFrame is the frame on the first two lines, and whether it is where the goroutine was made.
func readFrame(lines []string) (frame values.Frame, isCreator, is bool) {
	if len(lines) < 2 || len(lines[0]) > maxLine {
		return frame, false, false
	}
	frame.Path, frame.Line, is = readFile(lines[1])
	if !is {
		return frame, false, false
	}
	name := strings.TrimSpace(lines[0])
	if creator, isCreator := strings.CutPrefix(name, "created by "); isCreator {
		creator, number, _ := strings.Cut(creator, " in goroutine ")
		frame.Function = creator
		return frame, true, creator != "" && !strings.Contains(creator, " ") && (number == "" || isNumber(number, 20))
	}
	if bare, empty := strings.CutSuffix(name, "()"); empty {
		name = bare
	} else if at := strings.LastIndexByte(name, '('); at >= 0 && strings.HasSuffix(name, ")") {
		name = name[:at]
	}
	frame.Function = name
	return frame, false, name != "" && strings.IndexFunc(name, isOdd) < 0
}

// isOdd tells what no function's name holds.
func isOdd(char rune) bool {
	return !unicode.IsLetter(char) && !unicode.IsDigit(char) && !strings.ContainsRune("_./%@~+()*[],·-", char)
}

// readFile is the second line of a frame: `	/app/main.go:42 +0x1d`.
func readFile(line string) (path string, number int, is bool) {
	if len(line) > maxLine || !strings.Contains(line, ":") {
		return "", 0, false
	}
	line = strings.TrimSpace(line)
	line, _, _ = strings.Cut(line, " fp=0x")
	if at := strings.LastIndex(line, " +0x"); at >= 0 && strings.Trim(line[at+len(" +0x"):], "0123456789abcdef") == "" {
		line = line[:at]
	}
	at := strings.LastIndexByte(line, ':')
	if at <= 0 || !isNumber(line[at+1:], 9) {
		return "", 0, false
	}
	path = line[:at]
	if !strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, ".s") && path != "<autogenerated>" {
		return "", 0, false
	}
	number, _ = strconv.Atoi(line[at+1:])
	return path, number, true
}
