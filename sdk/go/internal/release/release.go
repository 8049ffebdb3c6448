// Package release finds which commit runs and what was deployed: what platforms say in the environment, what the Go
// tool wrote into the program, else what .git says.
package release

import (
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// Set to the commit by the platform that built or runs the app; the first that looks like one counts.
var commitVariables = []string{
	"HEROKU_SLUG_COMMIT", "HEROKU_BUILD_COMMIT", "VERCEL_GIT_COMMIT_SHA", "RENDER_GIT_COMMIT", "RAILWAY_GIT_COMMIT_SHA",
	"CF_PAGES_COMMIT_SHA", "CODEBUILD_RESOLVED_SOURCE_VERSION", "BUILD_SOURCEVERSION", "BITBUCKET_COMMIT", "CIRCLE_SHA1",
	"CI_COMMIT_SHA", "GITHUB_SHA", "GIT_COMMIT", "GIT_SHA", "COMMIT_SHA", "COMMIT_REF", "SOURCE_VERSION",
	"SOURCE_COMMIT",
}

// Names what was deployed, where a platform has a word for it.
var deployVariables = []string{
	"HEROKU_RELEASE_VERSION", "VERCEL_DEPLOYMENT_ID", "RAILWAY_DEPLOYMENT_ID", "K_REVISION",
}

const mostBytes = 1_000_000

// Release is the commit that runs; "" where nothing tells. Reads at most four small files.
func Release(environ []string, root string) string {
	told := valuesOf(environ)
	for _, name := range commitVariables {
		if value := strings.TrimSpace(told[name]); isCommit(value) {
			return strings.ToLower(value)
		}
	}
	if built := ofBuild(); built != "" {
		return built
	}
	return ofCheckout(root)
}

// Deploy is the platform's name for this deployment; "" where it has none.
func Deploy(environ []string) string {
	told := valuesOf(environ)
	for _, name := range deployVariables {
		if value := strings.TrimSpace(told[name]); value != "" {
			return value
		}
	}
	return ""
}

func valuesOf(environ []string) map[string]string {
	told := make(map[string]string, len(environ))
	for _, each := range environ {
		name, value, _ := strings.Cut(each, "=")
		told[name] = value
	}
	return told
}

// ofBuild is what `go build` stamped into the program.
func ofBuild() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, each := range info.Settings {
		if each.Key == "vcs.revision" && isCommit(each.Value) {
			return strings.ToLower(each.Value)
		}
	}
	return ""
}

func isCommit(text string) bool {
	odd := func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }
	return 7 <= len(text) && len(text) <= 64 && !strings.ContainsFunc(text, odd)
}

func ofCheckout(root string) string {
	folder := gitFolder(root)
	if folder == "" {
		return ""
	}
	head := read(filepath.Join(folder, "HEAD"))
	name, found := strings.CutPrefix(head, "ref: ")
	if !found {
		return commit(head)
	}
	name = strings.TrimSpace(name)
	if strings.Contains(name, "..") || filepath.IsAbs(name) {
		return ""
	}
	// A linked work tree keeps its branches in the main one's folder.
	if shared := read(filepath.Join(folder, "commondir")); shared != "" {
		folder = below(folder, shared)
	}
	if loose := read(filepath.Join(folder, filepath.FromSlash(name))); loose != "" {
		return commit(loose)
	}
	for _, line := range strings.Split(read(filepath.Join(folder, "packed-refs")), "\n") {
		if hash, ref, _ := strings.Cut(strings.TrimSpace(line), " "); ref == name {
			return commit(hash)
		}
	}
	return ""
}

func commit(text string) string {
	if isCommit(text) {
		return text
	}
	return ""
}

func gitFolder(root string) string {
	place := filepath.Join(root, ".git")
	state, err := os.Stat(place)
	switch {
	case root == "" || err != nil:
		return ""
	case state.IsDir():
		return place
	}
	if told, found := strings.CutPrefix(read(place), "gitdir: "); found {
		return below(root, strings.TrimSpace(told))
	}
	return ""
}

func below(folder, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(folder, path)
}

func read(path string) string {
	state, err := os.Stat(path)
	if err != nil || !state.Mode().IsRegular() {
		return ""
	}
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, mostBytes))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}
