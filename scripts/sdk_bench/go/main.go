// One measurement of one SDK in one process: bench TASK URL FOLDER. Prints one JSON object. Each SDK is a build of its own.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// sdk is one SDK, set up as its README says, with its own defaults. What captures is `capture`, of each build: a function
// in between would be the place of every error.
type sdk struct {
	// flush waits for delivery.
	flush func()
	// end is what the README defers in main.
	end func()
	// wrap is its line for a server; nil where it has none.
	wrap func(http.Handler) http.Handler
}

var url, folder = os.Args[2], os.Args[3]

// panicking says that an error ends the program, and is not captured.
var panicking bool

type result map[string]any

// took is what capturing one error took, in microseconds: until it returned, and of CPU of the thread that did it.
type took struct{ wall, cpu float64 }

func main() {
	task := os.Args[1]
	tasks := map[string]func() result{
		"start": start, "new": fresh, "again": again, "burst": burst, "next": next, "http": serve,
	}
	if run, found := tasks[task]; found {
		if told, err := json.Marshal(run()); err == nil {
			fmt.Println(string(told))
		}
		return
	}
	s := setUp(task)
	defer s.end()
	ends[task](s)
}

// start tells of the whole process: what a package does before main is part of it.
func start() result {
	setUp("start")
	return result{"ms": cpu() / 1000, "mb": resident()}
}

// fresh meets fifty errors that were never seen before.
func fresh() result {
	runtime.LockOSThread()
	s := setUp("new")
	crash(55)
	time.Sleep(time.Second)
	us, waited := make([]float64, 0, 50), make([]float64, 0, 50)
	before := cpu()
	for number := 0; number < 50; number++ {
		each := crash(number)
		us, waited = append(us, each.cpu), append(waited, each.wall/1000)
		time.Sleep(5 * time.Millisecond)
	}
	s.flush()
	return result{"us": us, "waited": waited, "total_us": (cpu() - before) / 50}
}

func again() result {
	setUp("again")
	for count := 0; count < 20; count++ {
		crash(0)
	}
	time.Sleep(time.Second)
	us := make([]float64, 0, 3000)
	for len(us) < cap(us) {
		us = append(us, crash(0).wall)
	}
	return result{"us": us}
}

// burst is ten seconds of one error at full speed.
func burst() result {
	s := setUp("burst")
	// What sends is loaded with the first error, whatever comes after it.
	crash(0)
	time.Sleep(time.Second)
	var us []float64
	began, base := time.Now(), resident()
	offered, peak := 0, base
	for time.Since(began) < 10*time.Second {
		each := crash(0).wall
		offered++
		if offered%1000 == 0 {
			us = append(us, each)
			peak = max(peak, resident())
		}
	}
	sort.Float64s(us)
	told := result{"offered": offered, "us": 0, "mb": max(peak, resident()) - base, "ended": now()}
	if len(us) > 0 {
		told["us"] = us[len(us)/2]
	}
	s.end()
	return told
}

// next is the next process of the same app, which fails in nothing.
func next() result {
	s := setUp("next")
	time.Sleep(500 * time.Millisecond)
	s.flush()
	s.end()
	return result{}
}

// serve answers until standard input ends.
func serve() result {
	s := setUp("http")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /carts/{number}", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("ok")) })
	var handler http.Handler = mux
	if s.wrap != nil {
		handler = s.wrap(mux)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Printf("{\"port\": %d}\n", listener.Addr().(*net.TCPAddr).Port)
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}()
	panic(http.Serve(listener, handler))
}

// ends are the ways to end; what was captured before them is to be delivered.
var ends = map[string]func(sdk){
	"end":   func(sdk) { twenty() },
	"exit":  func(sdk) { twenty(); os.Exit(0) },
	"panic": func(sdk) { panicking = true; crash(0) },
	"goroutine": func(sdk) {
		panicking = true
		go crash(0)
		time.Sleep(5 * time.Second)
	},
	"sigterm": func(sdk) { signalled(syscall.SIGTERM) },
	"sigkill": func(sdk) { signalled(syscall.SIGKILL) },
}

func twenty() {
	for number := 0; number < 20; number++ {
		crash(number)
	}
}

func signalled(which syscall.Signal) {
	twenty()
	time.Sleep(300 * time.Millisecond)
	_ = syscall.Kill(os.Getpid(), which)
	time.Sleep(5 * time.Second)
}

// cpu is the microseconds of all threads until now.
func cpu() float64 {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1000
}

// threadCPU is the microseconds of this thread until now.
func threadCPU() float64 {
	var now syscall.Timespec
	const ofThread = 3 // CLOCK_THREAD_CPUTIME_ID
	_, _, _ = syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, ofThread, uintptr(unsafe.Pointer(&now)), 0)
	return float64(now.Nano()) / 1000
}

// resident is the megabytes in memory now.
func resident() float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		panic(err)
	}
	return float64(pages*os.Getpagesize()) / 1e6
}

func now() float64 { return float64(time.Now().UnixNano()) / 1e9 }
