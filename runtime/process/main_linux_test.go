package process

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case GuardianCommand:
			os.Exit(GuardianMain())
		case helperCommand:
			os.Exit(helperMain(os.Args[2:]))
		}
	}
	// The race detector would let every guardian linger for a second at its end.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	os.Exit(m.Run())
}
