package fcemutest_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/fcemu/fcemu/cmd/fcemutest"
	"github.com/fcemu/fcemu/emulator"
)

// TestReminder is the example of docs/testing.md: a reminder comes an hour after it was asked for,
// and not a minute earlier.
func TestReminder(t *testing.T) {
	e := fcemutest.Start(t)
	e.DeployFunction("remind", fcemutest.Function{
		Runtime: "python3.10", Handler: "index.handler",
		Files: map[string]string{"index.py": "def handler(event, context): return b'Reminder: ' + event"},
	})
	id := e.InvokeAsync("remind", []byte("tea"), fcemutest.WithDelay(time.Hour))

	e.AdvanceClock(59 * time.Minute)
	e.WaitIdle()
	if task := e.Task(id); task.Status != emulator.TaskEnqueued {
		t.Errorf("after 59 minutes it is %s", task.Status)
	}

	e.AdvanceClock(time.Minute)
	e.WaitIdle()
	if task := e.Task(id); task.ReturnPayload != "Reminder: tea" {
		t.Errorf("after an hour: %+v", task)
	}
}

// The page shows the test above as it is.
func TestThePageShowsTheExample(t *testing.T) {
	page, err := os.ReadFile("../../docs/testing.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(source), "\nfunc TestReminder(")
	example, _, _ = strings.Cut(example, "\n}\n")
	if !strings.Contains(string(page), "func TestReminder("+example+"\n}\n") {
		t.Error("docs/testing.md shows another TestReminder than example_test.go")
	}
}
