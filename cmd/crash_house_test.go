package cmd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
	"github.com/fcemu/fcemu/emulator/signature"
	"github.com/fcemu/fcemu/store"
)

// house is one folder of the matrix and what is known about it.
type house struct {
	folder   string
	accepted map[emulator.TaskKey]bool // answered with 202
	begun    map[emulator.TaskKey]int  // how often a kill found the task Running
	stopped  emulator.TaskKey          // that somebody asked to stop
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{folder: t.TempDir(), accepted: map[emulator.TaskKey]bool{}, begun: map[emulator.TaskKey]int{}}
	write(t, h.folder, "s.yaml", fmt.Sprintf(matrixProject, h.folder, sinkARN))
	write(t, h.folder, "code/index.py", matrixCode)
	return h
}

// kill starts the emulator so that it dies at the point, gives it work once it is ready (nil: it
// has some), and waits for the end.
func (h *house) kill(t *testing.T, program, point string, work func(r *running)) {
	t.Helper()
	address := filepath.Join(h.folder, "address")
	_ = os.Remove(address)
	output := &bytes.Buffer{}
	command := exec.Command(program, "start", "--share-tmp", "--port", "0", "-q", "--address-file", address)
	command.Dir, command.Stdout, command.Stderr = h.folder, output, output
	command.Env = append(os.Environ(), "FCEMU_CRASH_AT="+point)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	dead := make(chan error, 1)
	go func() { dead <- command.Wait() }()
	defer func() { _ = command.Process.Kill() }()
	if work != nil {
		await(t, "the emulator to be ready", func() bool { _, err := os.Stat(address); return err == nil })
		text, err := os.ReadFile(address)
		if err != nil {
			t.Fatal(err)
		}
		work(&running{client: client.New(strings.TrimSpace(string(text)), signature.Key{})})
	}
	select {
	case err := <-dead:
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("it ended with %v\n%s", err, output)
		}
	case <-time.After(60 * time.Second):
		t.Fatalf("it never came to %s", point)
	}
}

// submit sends all tasks and notes which were accepted. The emulator may die under it.
func (h *house) submit(t *testing.T, r *running) {
	t.Helper()
	for _, key := range submissions {
		result, err := r.client.Invoke(context.Background(), client.Invocation{
			Reference: emulator.Reference{Name: key.Function}, Event: []byte(key.ID), Async: true, TaskID: key.ID})
		if err != nil {
			continue // not accepted, as far as this client knows
		}
		if result.StatusCode != 202 || result.TaskID != key.ID {
			t.Errorf("%s: %+v", key.ID, result)
		}
		h.accepted[key] = true
	}
}

// look reads what the kill left: every accepted task is there, and those that are Running may have
// begun their work.
func (h *house) look(t *testing.T) {
	t.Helper()
	tasks := h.stored(t)
	for _, task := range tasks {
		checkLife(t, task)
		if task.Status == emulator.TaskRunning {
			h.begun[task.Key]++
		}
	}
	for key := range h.accepted {
		if tasks[key] == nil {
			t.Errorf("%s was accepted and is lost", key.ID)
		}
	}
}

// stored reads the tasks while no emulator runs. A key that comes twice is a task in two states.
func (h *house) stored(t *testing.T) map[emulator.TaskKey]*emulator.Task {
	t.Helper()
	s := h.open(t)
	defer s.Close()
	list, err := s.Tasks(t.Context(), emulator.TaskQuery{IncludePayload: true})
	if err != nil {
		t.Fatal(err)
	}
	tasks := map[emulator.TaskKey]*emulator.Task{}
	for _, task := range list {
		if tasks[task.Key] != nil {
			t.Errorf("%v is there twice", task.Key)
		}
		tasks[task.Key] = task
	}
	return tasks
}

func (h *house) open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(h.folder, ".fcemu", "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// checkLife holds the task's events against the table of states.
func checkLife(t *testing.T, task *emulator.Task) {
	t.Helper()
	for i, event := range task.Events {
		if i > 0 && !task.Events[i-1].Status.CanBecome(event.Status) {
			t.Errorf("%s went from %s to %s", task.Key.ID, task.Events[i-1].Status, event.Status)
		}
	}
	if last := task.Events[len(task.Events)-1].Status; last != task.Status {
		t.Errorf("%s is %s and its events say %s", task.Key.ID, task.Status, last)
	}
	if task.Status.Terminal() == task.EndedAt.IsZero() {
		t.Errorf("%s is %s and ended at %v", task.Key.ID, task.Status, task.EndedAt)
	}
}

// runs counts what the functions wrote: "work w1" → how often.
func (h *house) runs() map[string]int {
	text, _ := os.ReadFile(filepath.Join(h.folder, "runs"))
	counts := map[string]int{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		counts[line]++
	}
	return counts
}

// checkAfter starts the ordinary emulator, lets it finish everything, ends it, and checks.
func (h *house) checkAfter(t *testing.T) {
	t.Helper()
	r := startIn(t, h.folder)
	await(t, "everything to be done and delivered", func() bool { return h.idle(t, r) })
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = r.command.Wait()
	if t.Failed() {
		t.Logf("%s", r.output)
	}
	tasks, runs := h.stored(t), h.runs()
	for key := range h.accepted {
		if tasks[key] == nil {
			t.Errorf("%s was accepted and is lost", key.ID)
		}
	}
	for key, task := range tasks {
		checkLife(t, task)
		if slices.Contains(submissions, key) {
			h.checkTask(t, task, runs)
		}
	}
	for _, key := range submissions {
		if ran := runs[key.Function.Function+" "+key.ID]; tasks[key] == nil && ran > 0 {
			t.Errorf("%s was never stored and ran %d times", key.ID, ran)
		}
	}
}

// idle tells that nothing waits and nothing runs any more.
func (h *house) idle(t *testing.T, r *running) bool {
	rows, err := r.client.Tasks(t.Context(), client.TaskFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		status := emulator.TaskStatus(fmt.Sprint(row["status"]))
		tells := row["functionName"] == "work" || row["functionName"] == "frail"
		if !status.Terminal() || tells && row["destinationStatus"] != "Succeeded" {
			return false
		}
	}
	return true
}

// checkTask holds one finished task against the promises of docs/tasks.md.
func (h *house) checkTask(t *testing.T, task *emulator.Task, runs map[string]int) {
	t.Helper()
	key, begun := task.Key, h.begun[task.Key]
	want := emulator.TaskSucceeded
	if key.Function.Function == "frail" && begun > 0 {
		want = emulator.TaskFailed // it has no second attempt
	}
	if key == h.stopped {
		want = emulator.TaskStopped
	}
	if task.Status != want || task.Destination != "Succeeded" {
		t.Errorf("%s is %s (%s), delivery %q; want %s", key.ID, task.Status, task.Error, task.Destination, want)
	}
	ran, least := runs[key.Function.Function+" "+key.ID], 1
	if want == emulator.TaskFailed {
		least = 0 // killed between Running and the call: the attempt counts
	}
	if ran < least || ran > 1+begun {
		t.Errorf("%s ran %d times; it was running at %d kills", key.ID, ran, begun)
	}
	attempts := 0
	for _, event := range task.Events {
		if event.Status == emulator.TaskRunning {
			attempts++
		}
	}
	if task.Attempts != attempts || ran > attempts {
		t.Errorf("%s ran %d times in %d attempts, %d of them counted", key.ID, ran, attempts, task.Attempts)
	}
	sunk := 0
	for other, n := range h.begun {
		if other.Function.Function == "sink" {
			sunk += n
		}
	}
	if told := runs["sink "+key.ID]; told < 1 || told > 1+sunk {
		t.Errorf("the outcome of %s ran %d times in its destination; %d runs of that were killed", key.ID, told, sunk)
	}
}
