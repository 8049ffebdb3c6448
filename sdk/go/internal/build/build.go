// Package build tells what the Go tool wrote into the program: the modules it was built of.
package build

import (
	"runtime/debug"
	"strings"
)

// Info is that of the running program.
type Info struct {
	Main     string // import path of the main package
	Module   string // of the main module
	versions map[string]string
}

// Read never fails; a program built without modules has no info.
func Read() Info {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Info{}
	}
	made := Info{Main: info.Path, Module: info.Main.Path, versions: map[string]string{}}
	for _, each := range info.Deps {
		version := each.Version
		if each.Replace != nil && each.Replace.Version != "" {
			version = each.Replace.Version
		}
		made.versions[each.Path] = version
	}
	return made
}

// Dependency is the module that a frame belongs to, and its version; "" for none. A program that was built by
// `go test` knows no versions: then the folder of the module cache tells.
func (i Info) Dependency(function, file string) (module, version string) {
	path := PackageOf(function)
	for path != "" {
		if version, ok := i.versions[path]; ok {
			return path, version
		}
		path = path[:max(0, strings.LastIndex(path, "/"))]
	}
	return inCache(file)
}

// inCache reads …/pkg/mod/github.com/!alec!aivazis/survey/v2@v2.3.7/survey.go.
func inCache(file string) (module, version string) {
	_, rest, found := strings.Cut(strings.ReplaceAll(file, `\`, "/"), "/pkg/mod/")
	module, version, _ = strings.Cut(rest, "@")
	version, _, isFile := strings.Cut(version, "/")
	if !found || !isFile {
		return "", ""
	}
	parts := strings.Split(module, "!")
	for index, each := range parts[1:] {
		if each != "" {
			parts[index+1] = strings.ToUpper(each[:1]) + each[1:]
		}
	}
	return strings.Join(parts, ""), version
}

// PackageOf is the import path in a function's name: github.com/gin-gonic/gin of github.com/gin-gonic/gin.(*Context).Next.
func PackageOf(function string) string {
	// A type argument may name a package too.
	if at := strings.Index(function, "["); at >= 0 {
		function = function[:at]
	}
	last := strings.LastIndex(function, "/") + 1
	at := strings.Index(function[last:], ".")
	if at < 0 {
		return ""
	}
	// The linker escapes dots in the last part of a path.
	return strings.ReplaceAll(function[:last+at], "%2e", ".")
}
