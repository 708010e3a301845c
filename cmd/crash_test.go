package cmd_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
	"github.com/fcemu/fcemu/emulator/signature"
)

const crashProject = `edition: 3.0.0
name: crash
resources:
  work:
    component: fc3
    props:
      region: cn-hangzhou
      functionName: work
      runtime: python3.10
      handler: index.handler
      timeout: 60
      code: ./code
      asyncInvokeConfig: {asyncTask: true}
`

const crashCode = `import subprocess
def handler(event, context):
    if event == b"daemon":
        subprocess.Popen(["setsid", "sh", "-c", "echo $$ > daemon.pid; exec sleep 300"])
    return event
`

// running is one emulator process of a test.
type running struct {
	command *exec.Cmd
	output  *output
	client  *client.Client
}

// output is what a process has written so far; it may be read while the process runs.
type output struct {
	mu   sync.Mutex
	text []byte
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, text...)
	return len(text), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
}

// startIn starts the real binary in a folder and waits until it is ready.
func startIn(t *testing.T, folder string, args ...string) *running {
	t.Helper()
	address := filepath.Join(folder, "address")
	if err := os.Remove(address); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	r := &running{output: &output{}}
	r.command = exec.Command(binary, append([]string{"start", "--share-tmp", "--port", "0", "-q", "--address-file", address}, args...)...)
	r.command.Dir, r.command.Stdout, r.command.Stderr = folder, r.output, r.output
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.command.Process.Signal(syscall.SIGTERM); _ = r.command.Wait() })
	await(t, "the emulator to be ready", func() bool {
		text, err := os.ReadFile(address)
		if err == nil {
			r.client = client.New(strings.TrimSpace(string(text)), signature.Key{})
		}
		return err == nil
	})
	return r
}

func (r *running) kill(t *testing.T) {
	t.Helper()
	if err := r.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.command.Wait() // it was killed: that is its error
}

// await looks until the condition holds.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func write(t *testing.T, folder, name, text string) {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing, and in CI nothing is skipped", program)
	}
	t.Skipf("%s is missing", program)
}

// TestKillLosesNothing submits tasks with random delays, kills the emulator in the middle, starts it
// again, and expects every accepted task to have succeeded.
func TestKillLosesNothing(t *testing.T) {
	needs(t, "python3")
	const tasks = 200
	folder := t.TempDir()
	write(t, folder, "s.yaml", crashProject)
	write(t, folder, "code/index.py", crashCode)
	first := startIn(t, folder)
	accepted := submit(t, first, tasks)
	await(t, "some tasks to have run", func() bool { return count(t, first, "Succeeded") >= tasks/10 })
	first.kill(t)

	second := startIn(t, folder)
	await(t, "every accepted task to succeed", func() bool { return count(t, second, "Succeeded") == tasks })
	rows, err := second.client.Tasks(t.Context(), client.TaskFilter{Function: "work"})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		delete(accepted, fmt.Sprint(row["taskId"]))
	}
	if len(accepted) > 0 {
		t.Errorf("accepted but lost: %v", accepted)
	}
}

// submit starts tasks with delays of 0 to 3 s and returns their ids.
func submit(t *testing.T, r *running, tasks int) map[string]bool {
	t.Helper()
	accepted := map[string]bool{}
	for i := range tasks {
		result, err := r.client.Invoke(t.Context(), client.Invocation{
			Reference: emulator.Reference{Name: emulator.Name{Function: "work"}},
			Event:     fmt.Appendf(nil, "%d", i), Async: true, Delay: time.Duration(rand.IntN(4)) * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		accepted[result.TaskID] = true
	}
	if len(accepted) != tasks {
		t.Fatalf("%d ids for %d tasks", len(accepted), tasks)
	}
	return accepted
}

func count(t *testing.T, r *running, status string) int {
	t.Helper()
	rows, err := r.client.Tasks(t.Context(), client.TaskFilter{Status: status})
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}

// TestNoOrphans kills the emulator while a function's daemon runs in a session of its own, and
// expects both to be gone.
func TestNoOrphans(t *testing.T) {
	needs(t, "python3")
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			folder := t.TempDir()
			write(t, folder, "s.yaml", crashProject)
			write(t, folder, "code/index.py", crashCode)
			r := startIn(t, folder)
			if _, err := r.client.Invoke(context.Background(), client.Invocation{
				Reference: emulator.Reference{Name: emulator.Name{Function: "work"}}, Event: []byte("daemon")}); err != nil {
				t.Fatal(err)
			}
			daemon := hostPID(r.command.Process.Pid, findPID(t, filepath.Join(folder, ".fcemu"), "daemon.pid"))
			if daemon == 0 {
				t.Fatal("the daemon is not there")
			}
			if err := r.command.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = r.command.Wait()
			await(t, "the daemon to be gone", func() bool { return errors.Is(syscall.Kill(daemon, 0), syscall.ESRCH) })
		})
	}
}

// hostPID is the number of a descendant that has the other one for itself; 0 when there is none.
func hostPID(ancestor, own int) int {
	parents, found := map[int]int{}, []int{}
	files, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, file := range files {
		text, _ := os.ReadFile(file)
		var pid, parent int
		for _, line := range strings.Split(string(text), "\n") {
			key, value, _ := strings.Cut(line, ":")
			switch numbers := strings.Fields(value); key {
			case "Pid":
				pid, _ = strconv.Atoi(numbers[0])
			case "PPid":
				parent, _ = strconv.Atoi(numbers[0])
			case "NSpid":
				if numbers[len(numbers)-1] == strconv.Itoa(own) {
					found = append(found, pid)
				}
			}
		}
		parents[pid] = parent
	}
	for _, pid := range found {
		for at := pid; at != 0; at = parents[at] {
			if at == ancestor {
				return pid
			}
		}
	}
	return 0
}

// findPID waits for a file below folder that holds a process id.
func findPID(t *testing.T, folder, name string) (pid int) {
	t.Helper()
	await(t, name, func() bool {
		found, _ := filepath.Glob(filepath.Join(folder, "blobs", "*", name))
		if len(found) == 0 {
			return false
		}
		text, _ := os.ReadFile(found[0])
		_, err := fmt.Sscan(string(text), &pid)
		return err == nil
	})
	return pid
}
