//go:build go1.23 && unix

package splat_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	splat "github.com/splat-heal/splat/sdk/go"
)

// What a process of its own does, which is this test's program again.
var ends = map[string]func(){
	"panic in a goroutine": func() {
		go failing()
		select {}
	},
	"nil map": func() { go func() { var none map[string]int; none["a"] = 1 }(); select {} },
	"fatal": func() {
		shared := map[int]int{}
		for number := 0; number < 8; number++ {
			go func() {
				for {
					shared[1]++
				}
			}()
		}
		select {}
	},
	"secret":   func() { go func() { panic(fmt.Sprint("password=hunter", 2222)) }(); select {} },
	"captured": func() { go func() { defer splat.Recover(); failing() }(); select {} },
	"normal":   func() { splat.Close(); os.Exit(0) },
	"exit": func() {
		began := time.Now()
		splat.CaptureError(errors.New("x"))
		late := time.Since(began) > patience // and not waited for any longer: the disk is slow
		for late && len(files(os.Getenv("SPLAT_TEST_SPOOL"), ".taken")) == 0 && time.Since(began) < long {
			time.Sleep(time.Millisecond)
		}
		os.Exit(3)
	},
	"overflow": func() { debug.SetMaxStack(1 << 16); overflows(1) },
	"lives":    func() { time.Sleep(time.Minute) },
}

// So long a capture waits until the error is on disk.
const patience = 50 * time.Millisecond

func overflows(n int) int { return overflows(n+1) + 1 }

func failing() { panic(errors.New("no stock")) }

func TestMain(m *testing.M) {
	if how := os.Getenv("SPLAT_TEST_ENDS"); how != "" {
		splat.Init(splat.Options{
			Deliver: slow{}, SpoolDir: os.Getenv("SPLAT_TEST_SPOOL"), Service: "cart", Release: "r1",
		})
		fmt.Println("ready")
		ends[how]()
	}
	os.Exit(m.Run())
}

// slow never delivers.
type slow struct{}

func (slow) Send([]splat.Item) []splat.Outcome { select {} }
func (slow) Tick()                             {}
func (slow) Hurry(time.Time)                   {}
func (slow) Close(time.Time)                   {}

func ended(t *testing.T, how, spool string) string {
	t.Helper()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "SPLAT_TEST_ENDS="+how, "SPLAT_TEST_SPOOL="+spool)
	said, _ := command.CombinedOutput()
	return string(said)
}

func picked(t *testing.T, spool string) *sink {
	t.Helper()
	made := &sink{}
	splat.Init(splat.Options{Deliver: made, SpoolDir: spool, Service: "other"})
	t.Cleanup(splat.Close)
	return made
}

func files(spool, ending string) []string {
	found, _ := filepath.Glob(filepath.Join(spool, "*", "*"+ending))
	return found
}

func TestTheNextProcessTellsHowThisOneEnded(t *testing.T) {
	for how, each := range map[string]struct{ kind, message, function string }{
		"panic in a goroutine": {"panic", "no stock", ".failing"},
		"nil map":              {"panic", "assignment to entry in nil map", "init.func"},
		"fatal":                {"fatal error", "concurrent map access", "init.func"},
		"overflow":             {"fatal error", "stack overflow", ".overflows"},
		"secret":               {"panic", "password=[REDACTED]", "init.func"},
		"captured":             {"panic", "no stock", ".failing"},
		"exit":                 {"*errors.errorString", "x", "init.func"},
	} {
		t.Run(how, func(t *testing.T) {
			spool := t.TempDir()
			said := ended(t, how, spool)
			sink := picked(t, spool)
			made := sink.reports(t)
			if len(made) != 1 {
				t.Fatalf("%d reports: %+v\n%s", len(made), made, said)
			}
			one := made[0]
			first := one.Exceptions[0]
			if first.Type != each.kind || !strings.Contains(first.Message, each.message) {
				t.Errorf("%+v", first)
			}
			if how != "exit" && !strings.Contains(first.Frames[len(first.Frames)-1].Function, each.function) {
				t.Errorf("%+v", first)
			}
			if one.Release != "r1" || len(one.Signature) != 16 || strings.Contains(sink.items[0].Text, "hunter2222") {
				t.Errorf("%s", sink.items[0].Text)
			}
			if !strings.Contains(sink.items[0].Text, `"service":"cart"`) {
				t.Error("it was told of as another service")
			}
			splat.Close()
			if left := files(spool, ""); len(left) != 0 {
				t.Error(left)
			}
		})
	}
}

func TestAnEndWithoutACrashIsNone(t *testing.T) {
	spool := t.TempDir()
	ended(t, "normal", spool)
	if left := files(spool, ""); len(left) != 0 {
		t.Error(left)
	}
	if made := picked(t, spool).reports(t); len(made) != 0 {
		t.Errorf("%+v", made)
	}
}

func TestAProcessThatLivesKeepsItsFile(t *testing.T) {
	spool := t.TempDir()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), "SPLAT_TEST_ENDS=lives", "SPLAT_TEST_SPOOL="+spool)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { command.Process.Kill(); command.Wait() })
	for end := time.Now().Add(long); len(files(spool, ".crash")) == 0 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	picked(t, spool).reports(t)
	splat.Close()
	if left := files(spool, ".crash"); len(left) != 1 {
		t.Error(left)
	}
}

func TestACrashFileThatIsNoneIsDeleted(t *testing.T) {
	spool := t.TempDir()
	ended(t, "panic in a goroutine", spool)
	folder := filepath.Dir(files(spool, ".crash")[0])
	for name, text := range map[string]string{
		"1-aaaaaaaa.crash": "", "2-bbbbbbbb.crash": "{", "3-cccccccc.crash": "{}\n",
		"4-dddddddd.crash": "{\"root\": 7, \"sdk\": []}\nnonsense\n" + strings.Repeat("goroutine 1 [running]:\n", 1000),
	} {
		os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600)
	}
	os.Symlink("/etc/passwd", filepath.Join(folder, "5-eeeeeeee.crash"))
	if made := picked(t, spool).reports(t); len(made) != 1 {
		t.Errorf("%+v", made)
	}
	splat.Close()
	if left := files(spool, ".crash"); len(left) != 1 { // the link
		t.Error(left)
	}
}
