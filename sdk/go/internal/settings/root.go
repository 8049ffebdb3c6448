package settings

import (
	"path"
	"path/filepath"
	"strings"
)

// Main is what the compiler left of the program's main package, and the folder the process started in.
type Main struct {
	Working string
	File    string // of a call in the main package: /src/cmd/server/main.go, or shop/cmd/server/main.go with -trimpath
	Package string // its import path: shop/cmd/server
	Module  string // the main module's: shop
}

// rootOf is rule F1, and what it means for a program that is built in one place and runs in another: the paths that its
// frames have are those of the place where it was built. Then the root is the main module's folder there.
func rootOf(asked string, main Main) string {
	if asked != "" {
		if filepath.IsAbs(asked) {
			return filepath.Clean(asked)
		}
		return filepath.Join(main.Working, asked)
	}
	built := main.derived()
	if built == "" || isBelow(main.File, main.Working) {
		return main.Working
	}
	return built
}

// derived is the folder of the main module as the frames have it; "" when nothing tells.
func (m Main) derived() string {
	if m.File == "" || m.Module == "" || !isBelow(m.Package, m.Module) {
		return ""
	}
	folder := path.Dir(strings.ReplaceAll(m.File, `\`, "/"))
	within := strings.TrimPrefix(m.Package, m.Module)
	if !strings.HasSuffix(folder, within) {
		return ""
	}
	return strings.TrimSuffix(folder, within)
}

func isBelow(file, folder string) bool {
	file, folder = strings.ReplaceAll(file, `\`, "/"), strings.TrimRight(strings.ReplaceAll(folder, `\`, "/"), "/")
	return folder != "" && (file == folder || strings.HasPrefix(file, folder+"/"))
}
