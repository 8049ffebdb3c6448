package spool_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/splat-heal/splat/sdk/go/internal/settings"
	"github.com/splat-heal/splat/sdk/go/internal/spool"
	"github.com/splat-heal/splat/sdk/go/internal/values"
	"github.com/splat-heal/splat/sdk/go/internal/wire"
)

const day = 24 * time.Hour

func item(t *testing.T, number int) values.Item {
	t.Helper()
	made := values.Item{
		ID: fmt.Sprintf("%032x", number), Time: 1_700_000_000_000 + int64(number),
		Count: &values.Count{Signature: fmt.Sprintf("%016x", number), Seen: 1, First: 1, Last: 1_700_000_000_000 + int64(number)},
	}
	text, err := wire.Text(made)
	if err != nil {
		t.Fatal(err)
	}
	made.Text = text
	return made
}

func opened(t *testing.T) *spool.Spool {
	t.Helper()
	made, err := spool.Open(filepath.Join(t.TempDir(), "spool"))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// left leaves an item to any process.
func left(t *testing.T, s *spool.Spool, number int) {
	t.Helper()
	taken, err := s.PutTaken(item(t, number), false)
	if err == nil {
		err = s.Back(taken)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func names(t *testing.T, s *spool.Spool) []string {
	t.Helper()
	found, err := os.ReadDir(s.Folder)
	if err != nil {
		t.Fatal(err)
	}
	made := []string{}
	for _, each := range found {
		made = append(made, each.Name())
	}
	return made
}

func TestWhatIsLeftIsTakenOnceTheOldestFirst(t *testing.T) {
	s := opened(t)
	for _, number := range []int{3, 1, 2} {
		left(t, s, number)
	}
	first := s.Take(2, "")
	rest := s.Take(9, "")
	if len(first) != 2 || len(rest) != 1 || first[0].Item.ID != item(t, 1).ID || rest[0].Item.ID != item(t, 3).ID {
		t.Fatalf("%+v %+v", first, rest)
	}
	if again := s.Take(9, ""); again != nil {
		t.Errorf("%+v", again)
	}
	s.Done(first[0])
	s.Back(first[1])
	if again := s.Take(9, ""); len(again) != 1 || again[0].Item.Text != item(t, 2).Text {
		t.Errorf("%+v", again)
	}
	if behind := s.Take(9, first[1].Name()); behind != nil {
		t.Errorf("%+v", behind)
	}
}

func TestOnlyThisUserCanReadIt(t *testing.T) {
	s := opened(t)
	left(t, s, 1)
	for _, path := range []string{s.Folder, filepath.Join(s.Folder, names(t, s)[0])} {
		state, err := os.Stat(path)
		if err != nil || state.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", path, state.Mode(), err)
		}
	}
	link := s.Folder + "-link"
	os.Symlink(s.Folder, link)
	if _, err := spool.Open(link); err == nil {
		t.Error("a link is taken for the folder")
	}
	os.Chmod(s.Folder, 0o755)
	if again, err := spool.Open(s.Folder); err != nil || again == nil {
		t.Error(err)
	}
	if state, _ := os.Stat(s.Folder); state.Mode().Perm() != 0o700 {
		t.Error(state.Mode())
	}
}

func TestWhatTheDeadHadIsGivenBack(t *testing.T) {
	s := opened(t)
	taken, err := s.PutTaken(item(t, 1), true)
	if err != nil {
		t.Fatal(err)
	}
	s.Tidy()
	if found := s.Take(9, ""); found != nil {
		t.Fatal("taken from one that lives")
	}
	text, _ := os.ReadFile(filepath.Join(s.Folder, names(t, s)[0]))
	dead := filepath.Join(s.Folder, taken.Name()+".999999999.taken")
	living := filepath.Join(s.Folder, strings.Replace(taken.Name(), "-", "-0", 1)+".1.taken")
	s.Done(taken)
	os.WriteFile(dead, text, 0o600)
	os.WriteFile(living, text, 0o600)
	s.Tidy()
	if found := s.Take(9, ""); len(found) != 1 {
		t.Fatalf("%+v", found)
	}
	ago := time.Now().Add(-time.Hour)
	os.Chtimes(living, ago, ago)
	s.Tidy()
	if found := s.Take(9, ""); len(found) != 1 {
		t.Errorf("what was taken long ago: %+v", found)
	}
}

func TestWhatIsUnreadableIsSetAside(t *testing.T) {
	s := opened(t)
	write := func(name, text string) { os.WriteFile(filepath.Join(s.Folder, name), []byte(text), 0o600) }
	write("20260101000000000-a.json", "{")
	write("20260101000000001-b.json", strings.Repeat("x", 5_000_000))
	os.Symlink("/etc/passwd", filepath.Join(s.Folder, "20260101000000002-c.json"))
	os.Mkdir(filepath.Join(s.Folder, "20260101000000003-d.json"), 0o700)
	left(t, s, 1)
	if found := s.Take(9, ""); len(found) != 1 || s.Unreadable != 4 {
		t.Errorf("%+v %d", found, s.Unreadable)
	}
	write("old.bad", "x")
	write("old.tmp", "x")
	for name, age := range map[string]time.Duration{"old.bad": 8 * day, "old.tmp": 2 * time.Hour} {
		at := time.Now().Add(-age)
		os.Chtimes(filepath.Join(s.Folder, name), at, at)
	}
	s.Tidy()
	for _, name := range names(t, s) {
		if strings.HasPrefix(name, "old") {
			t.Error(name)
		}
	}
}

func TestTooManyGoTheOldestFirst(t *testing.T) {
	s := opened(t)
	for number := 0; number < 230; number++ {
		left(t, s, number)
	}
	s.Tidy()
	found := s.Take(999, "")
	if len(found) != 200 || s.Dropped != 30 || found[0].Item.ID != item(t, 30).ID {
		t.Errorf("%d left, %d dropped", len(found), s.Dropped)
	}
}

func TestFolders(t *testing.T) {
	base := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", base)
	of := func(s settings.Settings) string {
		s.APIURL = "https://api.github.com"
		return spool.FolderOf(&s)
	}
	shop := of(settings.Settings{Transport: "github", Repo: "acme/shop"})
	if !strings.HasPrefix(shop, base+"/splat/acme-shop-") || shop == of(settings.Settings{Transport: "github", Repo: "acme-shop"}) {
		t.Error(shop)
	}
	if given := of(settings.Settings{Transport: "http", URL: "https://x.y", SpoolDir: "/var/spool"}); !strings.HasPrefix(given, "/var/spool/http-") {
		t.Error(given)
	}
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	if none := of(settings.Settings{Transport: "github", Repo: "acme/shop"}); !strings.HasPrefix(none, os.TempDir()+"/splat-") {
		t.Error(none)
	}
}

func TestWhatAProcessHasOutlivesItsFolder(t *testing.T) {
	s := opened(t)
	first, err := s.PutTaken(item(t, 1), false)
	if err != nil {
		t.Fatal(err)
	}
	os.RemoveAll(s.Folder)
	again, err := spool.Open(s.Folder)
	if err != nil {
		t.Fatal(err)
	}
	second, _ := again.PutTaken(item(t, 2), false)
	os.RemoveAll(s.Folder)
	for _, each := range []spool.Taken{first, second} {
		if err := again.Back(each); err != nil {
			t.Fatal(err)
		}
	}
	if found := again.Take(9, ""); len(found) != 2 {
		t.Errorf("%v", found)
	}
	// One whose own file alone is gone was taken for dead.
	third, _ := again.PutTaken(item(t, 3), false)
	again.Done(third)
	if err := again.Back(third); err != nil || len(again.Take(9, "")) != 0 {
		t.Error(err, names(t, again))
	}
}
