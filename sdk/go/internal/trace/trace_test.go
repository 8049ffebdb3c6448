package trace_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/frames"
	"github.com/splat-heal/splat/sdk/go/internal/quick"
	"github.com/splat-heal/splat/sdk/go/internal/signature"
	"github.com/splat-heal/splat/sdk/go/internal/trace"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/vectors"
)

// readHere is an exception as the engine's cases write it.
type readHere struct {
	Type, Message, Relation string
	Parent                  *int
	Frames                  []string
}

func asCase(exceptions []values.Exception) []readHere {
	made := make([]readHere, 0, len(exceptions))
	for _, each := range exceptions {
		one := readHere{each.Type, each.Message, each.Relation, nil, []string{}}
		if parent := each.Parent; parent >= 0 {
			one.Parent = &parent
		}
		for _, frame := range each.Frames {
			whose := "lib"
			if frame.InApp {
				whose = "app"
			}
			one.Frames = append(one.Frames, fmt.Sprintf("%s %s:%d in %s", whose, frame.Path, frame.Line, frame.Function))
		}
		made = append(made, one)
	}
	return made
}

// What programs print that die, and net/http when a handler does, is read as the engine reads it.
func TestReadsAsTheEngineDoes(t *testing.T) {
	known := frames.New("", nil, []string{})
	compared := 0
	files, _ := filepath.Glob(filepath.Join(vectors.Folder(), "..", "..", "tests", "cases", "traces", "go", "*.txt"))
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		switch name {
		case "by_hand_mixed", "chi", "gin", "debugstack", "logged_stack":
			continue // stacks that a program's own code prints
		}
		t.Run(name, func(t *testing.T) {
			printed, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(strings.TrimSuffix(file, ".txt") + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var expected []struct{ Exceptions []readHere }
			if err := json.Unmarshal(text, &expected); err != nil {
				t.Fatal(err)
			}
			exceptions, found := trace.Parse(string(printed), known.InApp)
			if made := asCase(exceptions); !found || !reflect.DeepEqual(made, expected[0].Exceptions) {
				t.Errorf("%+v\nnot\n%+v", made, expected[0].Exceptions)
			}
			compared++
		})
	}
	if compared < 20 {
		t.Errorf("only %d traces were compared", compared)
	}
}

type (
	price   int
	trouble struct{ why string }
	weird   struct{ of []int }
)

func (t *trouble) Error() string { return "trouble: " + t.why }

// crashes are ways to panic; each in a function of its own.
var crashes = []func(){
	func() { var shelf map[string]int; shelf["a"] = 1 },
	func() { var none *trouble; _ = none.why },
	func() { _ = []int{1}[len(os.Args)+5] },
	func() { panic("out of stock") },
	func() { panic(fmt.Errorf("order %d: %w", 17, errors.New("no such item"))) },
	func() { panic(price(15)) },
	func() { panic(uint8(7)) },
	func() { panic(&trouble{"two\nlines"}) },
	func() { panic(weird{}) },
	func() { panic(true) },
	func() { var any any = 5; _ = any.(string) },
	func() { zero := len(os.Args) - len(os.Args); _ = 1 / zero },
	func() { strings.Repeat("x", -len(os.Args)) },
}

func TestMain(m *testing.M) {
	var number int
	if count, _ := fmt.Sscan(os.Getenv("SPLAT_TEST_CRASH"), &number); count == 1 {
		crash(number)
	}
	os.Exit(m.Run())
}

//go:noinline
func crash(number int) { crashes[number]() }

func recovered(number int) (kind, message string) {
	defer func() { kind, message = trace.Thrown(recover()) }()
	crash(number)
	return "", ""
}

// A panic that is recovered says what one says that is printed by a dying program, as far as signatures look.
func TestWhatIsRecoveredSaysWhatIsPrinted(t *testing.T) {
	known := frames.New(frames.StartFolder(), nil, nil)
	for number := range crashes {
		command := exec.Command(os.Args[0])
		command.Env = append(os.Environ(), fmt.Sprintf("SPLAT_TEST_CRASH=%d", number))
		printed, _ := command.CombinedOutput()
		dead, found := trace.Parse(string(printed), known.InApp)
		if !found || len(dead) != 1 {
			t.Fatalf("%d: %v of\n%s", number, dead, printed)
		}
		if name := innermost(dead[0]); !strings.HasSuffix(name, fmt.Sprintf(".func%d", number+1)) {
			t.Errorf("%d: it crashed in %s", number, name)
		}
		kind, message := recovered(number)
		if kind != dead[0].Type || signature.FoldMessage(message) != signature.FoldMessage(dead[0].Message) {
			t.Errorf("%d: %s: %s, printed %s: %s", number, kind, message, dead[0].Type, dead[0].Message)
		}
	}
}

func innermost(exception values.Exception) string {
	for at := len(exception.Frames) - 1; at >= 0; at-- {
		if exception.Frames[at].InApp {
			return exception.Frames[at].Function
		}
	}
	return ""
}

func TestWhatIsNoPanicIsNone(t *testing.T) {
	known := frames.New("", nil, []string{})
	for _, each := range []string{
		"", "panic: ", "panic: x\n", "2026/11/21 07:00:00 all is well", "goroutine 1 [running]:\nmain.main()\n\t/app/main.go:5 +0x1d\n",
		"SIGQUIT: quit\nPC=0x1 m=0 sigcode=0\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:5 +0x1d\n",
		"panic: x\nexit status 2\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:5\n",
	} {
		if made, found := trace.Parse(each, known.InApp); found {
			t.Errorf("%q is %v", each, made)
		}
	}
}

func TestHostileTextsTakeNoLongTime(t *testing.T) {
	known := frames.New("/app", nil, []string{})
	for _, unit := range []string{
		"panic: x\n", "\tpanic: x\n", "goroutine 1 [running]:\n", "goroutine 1 [", "main.f(\n\t/a.go:1\n", "main.f()\n\t/a.go:1 +0x1\n",
		"panic: x [recovered]\n\tpanic: x\n", "created by ", "a\n", "\n", ":1", " +0x1", "(", "\xff", "runtime stack:\n", "http: panic serving ",
	} {
		long := strings.Repeat(unit, 400_000/len(unit))
		quick.Within(t, 3*time.Second, fmt.Sprintf("%q", unit), func() {
			trace.Parse("panic: x\n\n"+long, known.InApp)
			trace.Parse(long+"goroutine 1 [running]:\n"+long, known.InApp)
		})
	}
}
