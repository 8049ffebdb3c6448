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

// Dependency is the module that a function belongs to, as a frame names it, and its version; "" for none.
func (i Info) Dependency(function string) (module, version string) {
	path := PackageOf(function)
	for path != "" {
		if version, ok := i.versions[path]; ok {
			return path, version
		}
		path = path[:max(0, strings.LastIndex(path, "/"))]
	}
	return "", ""
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
