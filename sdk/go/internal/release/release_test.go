package release_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/splat-heal/splat/sdk/go/internal/release"
)

var commit = strings.Repeat("0123456789", 4)

func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for path, text := range files {
		place := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestThePlatformSaysFirst(t *testing.T) {
	if got := release.Release([]string{"GITHUB_SHA=nonsense", "GIT_SHA=" + strings.Repeat("AB", 20)}, ""); got != strings.Repeat("ab", 20) {
		t.Error(got)
	}
	if got := release.Deploy([]string{"K_REVISION= r-7 "}); got != "r-7" {
		t.Error(got)
	}
}

func TestACheckout(t *testing.T) {
	for name, each := range map[string]struct {
		files    map[string]string
		below    string
		expected string
	}{
		"a branch":     {map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": commit + "\n"}, "", commit},
		"detached":     {map[string]string{".git/HEAD": commit + "\n"}, "", commit},
		"packed":       {map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": "# x\n" + commit + " refs/heads/main\n"}, "", commit},
		"a work tree":  {map[string]string{"b/.git": "gitdir: ../a/.git/worktrees/b\n", "a/.git/worktrees/b/HEAD": "ref: refs/heads/x\n", "a/.git/worktrees/b/commondir": "../..\n", "a/.git/refs/heads/x": commit}, "b", commit},
		"outwards":     {map[string]string{".git/HEAD": "ref: ../../secret\n", "secret": commit}, "", ""},
		"no commit":    {map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": "hello"}, "", ""},
		"no checkout":  {map[string]string{"main.go": ""}, "", ""},
		"an odd .git":  {map[string]string{".git": "hello"}, "", ""},
		"nothing born": {map[string]string{".git/HEAD": "ref: refs/heads/main\n"}, "", ""},
	} {
		if got := release.Release(nil, filepath.Join(tree(t, each.files), each.below)); got != each.expected {
			t.Errorf("%s: %q, not %q", name, got, each.expected)
		}
	}
}
