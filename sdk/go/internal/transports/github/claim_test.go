package github

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func TestOneHasTheClaim(t *testing.T) {
	folder := t.TempDir()
	first, second := newClaim(folder), newClaim(folder)
	if !first.take() || !first.take() || second.take() {
		t.Fatal("not one has it")
	}
	first.release()
	if !second.take() || first.take() {
		t.Fatal("what is released is not had by the next")
	}
	second.release()
	if left, _ := os.ReadDir(folder); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
}

func TestAStaleClaimIsTakenByOne(t *testing.T) {
	folder := t.TempDir()
	if !newClaim(folder).take() {
		t.Fatal("it is had by nobody")
	}
	old := time.Now().Add(-2 * claimStale)
	if err := os.Chtimes(filepath.Join(folder, claimName), old, old); err != nil {
		t.Fatal(err)
	}
	var (
		group sync.WaitGroup
		lock  sync.Mutex
		taken int
	)
	for n := 0; n < 8; n++ {
		group.Add(1)
		go func() {
			defer group.Done()
			if newClaim(folder).take() {
				lock.Lock()
				taken++
				lock.Unlock()
			}
		}()
	}
	group.Wait()
	if taken != 1 {
		t.Errorf("%d have it", taken)
	}
	if left, _ := os.ReadDir(folder); len(left) != 1 {
		t.Errorf("%v is left", left)
	}
}

func TestWithoutAFolderEveryoneHasIt(t *testing.T) {
	for _, folder := range []string{"", filepath.Join(t.TempDir(), "none")} {
		of := newClaim(folder)
		of.keep()
		if !of.take() {
			t.Errorf("%q: it is not had", folder)
		}
		of.release()
	}
}

func TestNotesAreForThoseWhoComeAfter(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "spool")
	one, next := newNotes(folder), newNotes(folder)
	one.addReporter(7)
	one.addReporter(41898282)
	if known := next.reporters(); len(known) != 2 || !known[7] || !known[41898282] {
		t.Errorf("%v", known)
	}
	of := owed{17, "17310dbb56def269"}
	one.owe(of)
	for _, name := range []string{"0-17310dbb56def269.created", "x-17310dbb56def269.created", "17-zz.created", "017-17310dbb56def269.created"} {
		one.write(name, "")
	}
	if found := next.owed(0); len(found) != 1 || found[0] != of {
		t.Errorf("%v", found)
	}
	if found := next.owed(time.Hour); len(found) != 0 {
		t.Errorf("%v", found)
	}
	next.settled(of)
	if found := one.owed(0); len(found) != 0 {
		t.Errorf("%v", found)
	}
	one.cannotLabel("token")
	if next.mayLabel("token") || !next.mayLabel("another") {
		t.Error("who may label is not told")
	}
}
