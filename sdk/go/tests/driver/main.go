// A program that does what it is told, one JSON object a line: what tests/sdks drives every SDK by.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"time"

	splat "github.com/splat-heal/splat/sdk/go"
)

type told struct {
	Do      string
	Options map[string]any
	Bug     int
	Message string
	Times   *int
	Text    string
	Name    string
	Value   string
	Seconds float64
	How     string
}

func main() {
	defer splat.Close()
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	answers := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var one told
		if err := json.Unmarshal(line, &one); err != nil {
			panic(err)
		}
		if one.Do == "end" {
			end(one.How)
			return
		}
		answers.Encode(answer(one))
	}
}

func answer(one told) map[string]any {
	switch one.Do {
	case "init":
		splat.Init(options(one.Options))
	case "capture":
		return map[string]any{"ids": capture(one)}
	case "message":
		return map[string]any{"id": id(splat.CaptureMessage(one.Text))}
	case "breadcrumb":
		splat.AddBreadcrumb(splat.Breadcrumb{Message: one.Message})
	case "tag":
		splat.SetTag(one.Name, one.Value)
	case "flush":
		return map[string]any{"flushed": splat.Flush(seconds(one.Seconds))}
	case "close":
		splat.Close()
	case "sleep":
		time.Sleep(seconds(one.Seconds))
	}
	return map[string]any{"ok": true}
}

func capture(one told) []any {
	times := 1
	if one.Times != nil {
		times = *one.Times
	}
	text := one.Message
	if text == "" {
		text = "it failed"
	}
	ids := []any{}
	for number := 0; number < times; number++ {
		made := id(bugs[one.Bug](text, false))
		if number < 10 {
			ids = append(ids, made)
		}
	}
	return ids
}

func end(how string) {
	switch how {
	case "exit":
		os.Exit(3)
	case "uncaught":
		bug0("it failed", true)
	case "thread":
		go bug0("it failed", true)
		select {}
	case "kill":
		if own, err := os.FindProcess(os.Getpid()); err == nil {
			own.Kill()
		}
		select {}
	}
}

// options sets the field of each name: spool_dir is SpoolDir.
func options(given map[string]any) splat.Options {
	var made splat.Options
	fields := reflect.ValueOf(&made).Elem()
	for name, value := range given {
		text, err := json.Marshal(value)
		if err != nil {
			panic(err)
		}
		field := fields.FieldByNameFunc(func(each string) bool {
			return strings.EqualFold(each, strings.ReplaceAll(name, "_", ""))
		})
		switch name {
		case "no_such_option":
			continue // it would not compile
		case "shutdown_timeout":
			made.ShutdownTimeout = seconds(value.(float64))
			if made.ShutdownTimeout == 0 {
				made.ShutdownTimeout = -1
			}
		case "enabled", "include_source":
			on := value.(bool)
			field.Set(reflect.ValueOf(&on))
		default:
			err := json.Unmarshal(text, field.Addr().Interface())
			switch { // a field takes no value of another type
			case err != nil && field.Kind() == reflect.Float64:
				field.SetFloat(math.NaN())
			case err != nil:
				os.Setenv("SPLAT_"+strings.ToUpper(name), fmt.Sprint(value))
			}
		}
	}
	return made
}

func id(made string) any {
	if made == "" {
		return nil
	}
	return made
}

func seconds(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }
