//go:build !unix

package files

import "os"

func isOurs(os.FileInfo) bool { return true }

// Gone cannot be asked here: what another process took is its own until it is old (P4).
func Gone(pid int) bool { return pid == os.Getpid() }

// Lock is not had here.
func Lock(*os.File) bool { return false }

// CanWrite is found out when it is tried.
func CanWrite(folder string) bool {
	state, err := os.Stat(folder)
	return err == nil && state.IsDir()
}
