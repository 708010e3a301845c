package polling

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	goruntime "runtime"

	"github.com/fcemu/fcemu/emulator"
)

// Numbers of e_machine in the head of an ELF file.
const (
	machineAMD64 = 62
	machineARM64 = 183
)

// foreign refuses a program that was built for another machine, and says how to build it. The
// kernel's own word for it, "exec format error", helps nobody.
func foreign(path, name string) error {
	file, err := os.Open(path)
	if err != nil {
		return nil // it may still be started
	}
	defer file.Close()
	head := make([]byte, 20)
	if _, err := io.ReadFull(file, head); err != nil || bytes.HasPrefix(head, []byte("#!")) {
		return nil
	}
	if built := platform(head); built != goruntime.GOOS+"/"+goruntime.GOARCH {
		return emulator.Refuse(412, "FunctionNotStarted",
			"/code/%s is a program for %s: build it with CGO_ENABLED=0 GOOS=%s GOARCH=%s to run it here (the cloud wants linux amd64)",
			name, built, goruntime.GOOS, goruntime.GOARCH)
	}
	return nil
}

// platform tells from the first bytes of a program what it was built for.
func platform(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		switch binary.LittleEndian.Uint16(head[18:]) {
		case machineAMD64:
			return "linux/amd64"
		case machineARM64:
			return "linux/arm64"
		}
		return "linux on another processor"
	case bytes.HasPrefix(head, []byte{0xcf, 0xfa, 0xed, 0xfe}): // Mach-O, 64 bits
		if head[4] == 12 {
			return "darwin/arm64"
		}
		return "darwin/amd64"
	case bytes.HasPrefix(head, []byte("MZ")):
		return "windows"
	}
	return "no system that is known"
}
