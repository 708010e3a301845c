package fcemutest_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fcemu/fcemu/cmd/fcemutest"
	"github.com/fcemu/fcemu/emulator"
)

func TestMain(m *testing.M) { fcemutest.Main(m) }

func needsPython(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil && os.Getenv("CI") != "true" {
		t.Skip("python3 is missing")
	}
}

// echo answers with its event; "fail" fails; "pid" answers with its process.
var echo = fcemutest.Function{Runtime: "python3.10", Handler: "index.handler", Timeout: 30, Files: map[string]string{
	"index.py": `import os
def handler(event, context):
    if event == b"fail":
        raise ValueError("as asked")
    if event == b"pid":
        return str(os.getpid())
    return event
`}}

func TestAnHourPassesAtOnce(t *testing.T) {
	needsPython(t)
	e := fcemutest.Start(t)
	e.DeployFunction("remind", echo)
	e.Invoke("remind", nil) // an instance is there: below is the delay alone
	accepted := e.Now()
	id := e.InvokeAsync("remind", []byte("tea"), fcemutest.WithDelay(time.Hour))
	began := time.Now()
	e.AdvanceClock(time.Hour - time.Second)
	e.WaitIdle()
	if task := e.Task(id); task.Status != emulator.TaskEnqueued {
		t.Fatalf("a second too early it is %s", task.Status)
	}
	e.AdvanceClock(time.Second)
	e.WaitIdle()
	took := time.Since(began)
	task := e.Task(id)
	if task.Status != emulator.TaskSucceeded || task.ReturnPayload != "tea" {
		t.Errorf("%+v", task)
	}
	if waited := time.Duration(task.FirstRunTime-accepted.UnixMilli()) * time.Millisecond; waited != time.Hour {
		t.Errorf("it waited %v", waited)
	}
	t.Logf("an hour took %v", took)
	if took > 10*time.Second {
		t.Errorf("an hour took %v", took)
	}
}

func TestRetriesAndInbox(t *testing.T) {
	needsPython(t)
	e := fcemutest.Start(t)
	taskMode, retries, queue := true, 2, "acs:mns:cn-hangzhou:123456789:/queues/failures/messages"
	f := echo
	f.Async = &emulator.AsyncConfig{AsyncTask: &taskMode, MaxAsyncRetryAttempts: &retries,
		DestinationConfig: &emulator.DestinationConfig{OnFailure: &emulator.Destination{Destination: queue}}}
	e.DeployFunction("job", f)
	if id := e.InvokeAsync("job", []byte("fail"), fcemutest.WithTaskID("mine")); id != "mine" {
		t.Errorf("id %q", id)
	}
	e.WaitIdle()
	if task := e.Task("mine"); task.Status != emulator.TaskRetrying || task.AlreadyRetriedTimes != 0 {
		t.Fatalf("after the first attempt: %+v", task)
	}
	e.RunAll()
	task := e.Task("mine")
	if task.Status != emulator.TaskFailed || task.AlreadyRetriedTimes != 2 || task.DestinationStatus != "Succeeded" {
		t.Errorf("%+v", task)
	}
	inbox := e.Inbox()
	if len(inbox) != 1 || inbox[0].TaskID != "mine" || inbox[0].Destination != queue {
		t.Fatalf("inbox: %+v", inbox)
	}
	var outcome struct{ RequestPayload string }
	if err := json.Unmarshal(inbox[0].Body, &outcome); err != nil || outcome.RequestPayload != "fail" {
		t.Errorf("%s %v", inbox[0].Body, err)
	}
}

func TestTasksRunInTheOrderOfTheirDueTimes(t *testing.T) {
	needsPython(t)
	e := fcemutest.Start(t)
	e.DeployFunction("job", echo)
	for _, minutes := range []int{50, 10, 30, 20, 40} {
		e.InvokeAsync("job", fmt.Append(nil, minutes), fcemutest.WithDelay(time.Duration(minutes)*time.Minute))
	}
	e.RunFor(35 * time.Minute)
	tasks := e.Tasks("job")
	ended := 0
	for _, task := range tasks {
		if task.Status == emulator.TaskSucceeded {
			ended++
		}
	}
	if len(tasks) != 5 || ended != 3 {
		t.Errorf("%d of %d tasks ended within 35 minutes, want 3 of 5", ended, len(tasks))
	}
	e.RunAll()
	tasks = e.Tasks("")
	slices.SortFunc(tasks, func(a, b fcemutest.Task) int { return int(a.EndTime - b.EndTime) })
	var order []string
	for _, task := range tasks {
		order = append(order, task.ReturnPayload)
	}
	if got := strings.Join(order, " "); got != "10 20 30 40 50" {
		t.Errorf("order %s", got)
	}
}

func TestDeployOfAProject(t *testing.T) {
	needsPython(t)
	folder := t.TempDir()
	for name, text := range map[string]string{
		"s.yaml":        "edition: 3.0.0\nname: p\nresources:\n  hello:\n    component: fc3\n    props: {region: cn-hangzhou, functionName: hello, runtime: python3.10, handler: index.handler, code: ./code,\n      triggers: [{triggerName: http, triggerType: http, triggerConfig: {authType: anonymous, methods: [GET]}},\n        {triggerName: tick, triggerType: timer, triggerConfig: {cronExpression: '@every 30m', enable: true}}]}\n",
		"code/index.py": "def handler(event, context): return 'hello'\n",
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	e := fcemutest.Start(t)
	e.Deploy(folder)
	e.Deploy(filepath.Join(folder, "s.yaml"), "hello")
	if result := e.Invoke("hello", nil); string(result.Payload) != "hello" || result.ErrorType != "" {
		t.Errorf("%+v", result)
	}
	e.RunFor(2 * time.Hour)
	if tasks := e.Tasks("hello"); len(tasks) != 4 || tasks[0].Status != "Succeeded" {
		t.Errorf("the timer made the tasks %+v", tasks)
	}
	e.AdvanceClock(2 * time.Hour)
	e.WaitIdle()
	if tasks := e.Tasks("hello"); len(tasks) != 5 {
		t.Errorf("after a leap there are %d tasks", len(tasks))
	}
}

// Many at a time, each with its own clock, and nothing of them is left.
func TestSideBySide(t *testing.T) {
	needsPython(t)
	var mu sync.Mutex
	var pids []int
	t.Run("all", func(t *testing.T) {
		for i := range 3 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				e := fcemutest.Start(t, fcemutest.WithWorkers(1), fcemutest.WithMaxInstances(2))
				e.DeployFunction("job", echo)
				before := e.Now()
				e.AdvanceClock(time.Duration(i) * time.Hour)
				if passed := e.Now().Sub(before); passed != time.Duration(i)*time.Hour {
					t.Errorf("%v passed", passed)
				}
				pid := hostPID(t, strings.Trim(string(e.Invoke("job", []byte("pid")).Payload), `"`))
				mu.Lock()
				defer mu.Unlock()
				pids = append(pids, pid)
			})
		}
	})
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
			t.Errorf("process %d of a function is left: %v", pid, err)
		}
	}
	if children, err := os.ReadFile(fmt.Sprintf("/proc/self/task/%d/children", os.Getpid())); err == nil && len(children) > 0 {
		t.Errorf("processes are left: %s", children)
	}
	goleak.VerifyNone(t)
}

// hostPID is the machine's number of the function's process that has the other one for itself.
func hostPID(t *testing.T, own string) int {
	t.Helper()
	at := []string{fmt.Sprint(os.Getpid())} // each is a child of the one before: this test, guardian, function
	for len(at) > 0 {
		status, _ := os.ReadFile("/proc/" + at[0] + "/status")
		_, numbers, _ := strings.Cut(string(status), "\nNSpid:")
		numbers, _, _ = strings.Cut(numbers, "\n")
		if fields := strings.Fields(numbers); len(fields) > 0 && fields[len(fields)-1] == own {
			pid, _ := strconv.Atoi(at[0])
			return pid
		}
		lists, _ := filepath.Glob("/proc/" + at[0] + "/task/*/children")
		at = at[1:]
		for _, list := range lists {
			text, _ := os.ReadFile(list)
			at = append(at, strings.Fields(string(text))...)
		}
	}
	t.Fatalf("no process has the number %s", own)
	return 0
}

const dieHard = "FCEMUTEST_DIE_HARD"

// A test that is killed leaves no process of a function either.
func TestAKilledTest(t *testing.T) {
	needsPython(t)
	if os.Getenv(dieHard) != "" {
		e := fcemutest.Start(t)
		e.DeployFunction("job", echo)
		fmt.Printf("pid %d\n", hostPID(t, string(e.Invoke("job", []byte("pid")).Payload)))
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	command := exec.Command(os.Args[0], "-test.run", "^TestAKilledTest$")
	command.Env = append(os.Environ(), dieHard+"=1", "TMPDIR="+t.TempDir()) // its state stays
	output, err := command.Output()
	if err == nil {
		t.Fatal("it was not killed")
	}
	var pid int
	if _, err := fmt.Sscanf(string(output), "pid %d", &pid); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	for deadline := time.Now().Add(10 * time.Second); syscall.Kill(pid, 0) != syscall.ESRCH; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("process %d of its function is left", pid)
		}
	}
}

func TestARunningClock(t *testing.T) {
	e := fcemutest.Start(t, fcemutest.WithRunningClock())
	first := e.Now()
	for !e.Now().After(first) {
		time.Sleep(time.Millisecond)
	}
}
