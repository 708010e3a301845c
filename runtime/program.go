package runtime

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Executable checks that a program of the user can be started. What lacks is an *emulator.Error
// that names the file as the cloud has it, below /code. Source: FC 3.0 error handling.
func (p *Place) Executable(path string) error {
	shown := path
	if rest, ok := strings.CutPrefix(path, filepath.Clean(p.CodeDir)+"/"); ok {
		shown = "/code/" + rest
	}
	info, err := os.Stat(p.OnHost(path))
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid), err == nil && !info.Mode().IsRegular():
		return MissingProgram(shown)
	case err != nil:
		return emulator.Internal(err)
	case info.Mode()&0o111 == 0:
		return emulator.Refuse(412, "CAExited",
			"Function instance exited unexpectedly(code 13, message:permission denied) with start command '%s'.\nLogs:%s is not executable: run chmod +x on it before you deploy",
			shown, shown)
	}
	return nil
}

// MissingProgram is the refusal to start a program that is not there.
func MissingProgram(name string) error {
	return emulator.Refuse(412, "CAFileNotFound",
		"The function cannot be started. Failed to start function instance. Error: the file %s is not exist", name)
}
