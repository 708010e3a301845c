package process

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// sleeper is a process in a group of its own that nobody here has recorded.
func sleeper(t *testing.T) *exec.Cmd {
	t.Helper()
	command := exec.Command("/bin/sleep", "1000")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	return command
}

func TestRecordEndsOnlyWhatItNames(t *testing.T) {
	for name, c := range map[string]struct {
		boot, shift string
		ends        bool
	}{
		"the process":               {bootID(), "", true},
		"its number, another start": {bootID(), "1", false},
		"before the machine's boot": {"other", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			process := sleeper(t)
			pid := process.Process.Pid
			dir := t.TempDir()
			text := fmt.Sprintf("boot %s\ntag 12\nchild %d %s%s\n", c.boot, pid, processStart(pid), c.shift)
			if err := os.WriteFile(filepath.Join(dir, "processes"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			openRecord(dir, func(text string) { t.Log(text) }).close()
			if c.ends {
				until(t, "the process ends", func() bool { return !alive(pid) })
			} else if !alive(pid) {
				t.Error("a stranger was ended")
			}
		})
	}
}

func TestRecordThatCannotBeWritten(t *testing.T) {
	said := ""
	openRecord(filepath.Join(t.TempDir(), "none"), func(text string) { said = text }).close()
	if said == "" {
		t.Error("nothing was said")
	}
}
