//go:build unix

package files

import (
	"os"
	"syscall"
)

func isOurs(state os.FileInfo) bool {
	known, ok := state.Sys().(*syscall.Stat_t)
	return !ok || int(known.Uid) == os.Geteuid()
}

// Gone says whether no process has that number, or only this one, which knows what it took.
func Gone(pid int) bool {
	return pid == os.Getpid() || pid <= 0 || syscall.Kill(pid, 0) == syscall.ESRCH
}

// Lock is had by one process at a time, for as long as the file is open. False where another has it.
func Lock(file *os.File) bool {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

// CanWrite says whether this user may make files there: the effective one.
func CanWrite(folder string) bool {
	state, err := os.Stat(folder)
	if err != nil || !state.IsDir() {
		return false
	}
	if os.Geteuid() == 0 {
		return true
	}
	known, ok := state.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	mode := state.Mode().Perm()
	switch {
	case int(known.Uid) == os.Geteuid():
		return mode&0o300 == 0o300
	case int(known.Gid) == os.Getegid():
		return mode&0o030 == 0o030
	}
	return mode&0o003 == 0o003
}
