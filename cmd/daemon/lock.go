package daemon

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// folderLock keeps a second emulator away from a data folder. The kernel frees it with the process.
type folderLock struct{ file *os.File }

// InUseError says that another emulator holds the data folder.
type InUseError struct{ Folder, Holder string }

// Error names the holder and the next step.
func (e *InUseError) Error() string {
	return fmt.Sprintf("the data folder %s is in use by %s; stop that one with 'fcemu stop', or choose another with --data-dir", e.Folder, e.Holder)
}

// lockFolder takes the lock, or says who holds it.
func lockFolder(folder string) (*folderLock, error) {
	path := filepath.Join(folder, "lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("the data folder %s cannot be written (%w); choose another with --data-dir, or use --ephemeral", folder, errors.Unwrap(err))
	}
	if err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path)
		_ = file.Close()
		return nil, &InUseError{folder, cmp.Or(strings.TrimSpace(string(holder)), "an emulator that is just starting")}
	}
	_ = file.Truncate(0) // the last holder's name; a disk that refuses it refuses the store too, with words of its own
	return &folderLock{file}, nil
}

// tell writes who holds the lock, for the next one to read.
func (l *folderLock) tell(endpoint string) error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt([]byte(fmt.Sprintf("the emulator with pid %d at %s\n", os.Getpid(), endpoint)), 0)
	return err
}

func (l *folderLock) release() { _ = l.file.Close() }

// InUse tells whether an emulator on this machine holds the data folder.
func InUse(folder string) bool {
	file, err := os.Open(filepath.Join(folder, "lock"))
	if err != nil {
		return false
	}
	defer file.Close()
	return errors.Is(unix.Flock(int(file.Fd()), unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
}
