package custom

import (
	"bytes"
	"io"
	"os"
	"path/filepath"

	"github.com/fcemu/fcemu/runtime"
)

// scriptTrouble tells why the kernel will not start a script, in one line, or nothing. The cloud
// says only that the file does not exist, and means the interpreter.
func scriptTrouble(place *runtime.Place, path string) string {
	file, err := os.Open(place.OnHost(path))
	if err != nil {
		return ""
	}
	defer file.Close()
	head, err := io.ReadAll(io.LimitReader(file, 256))
	if err != nil || !bytes.HasPrefix(head, []byte("#!")) {
		return ""
	}
	line, _, _ := bytes.Cut(head[2:], []byte("\n"))
	if bytes.HasSuffix(line, []byte("\r")) {
		return filepath.Base(path) + " has Windows line ends (CRLF), so its #! line names no interpreter; convert it with dos2unix"
	}
	words := bytes.Fields(line)
	if len(words) == 0 {
		return ""
	}
	if _, err := os.Stat(place.OnHost(string(words[0]))); err != nil {
		return filepath.Base(path) + " asks for the interpreter " + string(words[0]) + ", which is not on this machine"
	}
	return ""
}
