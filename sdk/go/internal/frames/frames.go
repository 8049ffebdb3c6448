// Package frames knows the app's root, a path as a report carries it, and whose code a file is (F1 to F4, for Go).
package frames

import (
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"github.com/splat-heal/splat/sdk/go/internal/signature"
)

// maxKnown is how many files' owners are remembered; beyond that all are forgotten and asked about again.
const maxKnown = 4_096

const standard = " archive bufio bytes cmd cmp compress container context crypto database debug embed encoding errors" +
	" expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp" +
	" runtime slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak "

// goRoot is what a path to Go's own source looks like; group 4 is the package.
var goRoot = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(
		"(^|/)([Gg][Oo]|[Gg][Oo]-?[0-9][0-9.]*|[^/]{1,100}-[Gg][Oo]-[0-9.]+)(/[^/]{1,100}){0,3}/src/([A-Za-z]+)/")
})

// Frames tells the app's files from others. Safe for use by several goroutines.
type Frames struct {
	root      string
	include   []string
	libraries []string
	lock      sync.RWMutex
	known     map[string]bool
}

// New answers for one root; files below a folder of include are the app's. Libraries are folders of the runtime and of
// installed packages, those of this process when nil.
func New(root string, include, libraries []string) *Frames {
	if libraries == nil {
		libraries = ownLibraries()
	}
	return &Frames{root: root, include: include, libraries: libraries, known: map[string]bool{}}
}

// StartFolder is F1 without the option: the folder the process is in, "" when that is gone or forbidden.
func StartFolder() string {
	folder, err := os.Getwd()
	if err != nil {
		return ""
	}
	return folder
}

func ownLibraries() []string {
	if root := runtime.GOROOT(); root != "" {
		return []string{root + "/src"}
	}
	return nil
}

// Path is the path below the root, else as the runtime gives it, with forward slashes (F2).
func (f *Frames) Path(file string) string {
	if signature.Below(file, f.root) {
		return signature.RootRelative("go", file, f.root)
	}
	return strings.ReplaceAll(file, `\`, "/")
}

// InApp tells whether the file, as the runtime names it, is the app's own (F4).
func (f *Frames) InApp(file string) bool {
	f.lock.RLock()
	is, known := f.known[file]
	f.lock.RUnlock()
	if known {
		return is
	}
	is = f.isInApp(file)
	f.lock.Lock()
	defer f.lock.Unlock()
	if len(f.known) >= maxKnown {
		f.known = map[string]bool{}
	}
	f.known[file] = is
	return is
}

func (f *Frames) isInApp(file string) bool {
	path := strings.ReplaceAll(file, `\`, "/")
	if isBelowOne(path, f.include) {
		return true
	}
	if path == "" || isBelowOne(path, f.libraries) {
		return false
	}
	for _, start := range [...]string{"<", "_cgo_", "_testmain.go", "external/"} {
		if strings.HasPrefix(path, start) {
			return false
		}
	}
	if strings.Contains(path, "/pkg/mod/") || strings.Contains("/"+path, "/vendor/") || strings.Contains(path, "@v") {
		return false
	}
	if strings.Contains(path, "/src/") {
		if match := goRoot().FindStringSubmatch(path); match != nil {
			return !isStandard(strings.ToLower(match[4]))
		}
	}
	// A build with -trimpath prints import paths: the standard library's begin with one of its packages.
	head, _, inside := strings.Cut(path, "/")
	return !inside || !isStandard(head)
}

func isStandard(name string) bool {
	return name != "" && !strings.Contains(name, " ") && strings.Contains(standard, " "+name+" ")
}

func isBelowOne(path string, folders []string) bool {
	for _, folder := range folders {
		if signature.Below(path, folder) {
			return true
		}
	}
	return false
}
