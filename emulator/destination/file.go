package destination

import (
	"errors"
	"os"
)

// appendLine appends a line and has it on disk when it returns; a line that does not fit on the disk
// leaves nothing behind.
func appendLine(path string, line []byte) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	before, err := file.Stat()
	if err != nil {
		return err
	}
	whole := append(append(make([]byte, 0, len(line)+1), line...), '\n')
	if _, err := file.Write(whole); err != nil {
		if before.Mode().IsRegular() {
			err = errors.Join(err, file.Truncate(before.Size()))
		}
		return err
	}
	if !before.Mode().IsRegular() { // a pipe or a terminal
		return nil
	}
	return file.Sync()
}
