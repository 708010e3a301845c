package cmd_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// The matrix of crashes: a build with crash points dies of a real SIGKILL at one boundary of what
// it keeps, the ordinary build is started on the same folder, and what docs/tasks.md promises is
// checked from outside: by what the functions wrote, by the API and by the database.

const matrixProject = `edition: 3.0.0
name: matrix
resources:
  work:
    component: fc3
    props: &props
      region: cn-hangzhou
      functionName: work
      runtime: python3.10
      handler: index.handler
      timeout: 60
      code: ./code
      environmentVariables: {FOLDER: "%[1]s", NAME: work}
      asyncInvokeConfig: {asyncTask: true, maxAsyncRetryAttempts: 3, destinationConfig: {onSuccess: {destination: "%[2]s"}, onFailure: {destination: "%[2]s"}}}
  frail:
    component: fc3
    props:
      region: cn-hangzhou
      functionName: frail
      runtime: python3.10
      handler: index.handler
      timeout: 60
      code: ./code
      environmentVariables: {FOLDER: "%[1]s", NAME: frail}
      asyncInvokeConfig: {asyncTask: true, maxAsyncRetryAttempts: 0, destinationConfig: {onSuccess: {destination: "%[2]s"}, onFailure: {destination: "%[2]s"}}}
  sink:
    component: fc3
    props:
      region: cn-hangzhou
      functionName: sink
      runtime: python3.10
      handler: index.handler
      timeout: 60
      code: ./code
      environmentVariables: {FOLDER: "%[1]s", NAME: sink}
`

const sinkARN = "acs:fc:cn-hangzhou:123456789:functions/sink"

// matrixCode notes every run before it does anything else. It waits while a file called hold is there.
const matrixCode = `import json, os, time
def handler(event, context):
    folder, name = os.environ["FOLDER"], os.environ["NAME"]
    what = json.loads(event)["requestPayload"] if name == "sink" else event.decode()
    note = os.open(folder + "/runs", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(note, f"{name} {what}\n".encode())
    os.close(note)
    while os.path.exists(folder + "/hold"):
        time.sleep(0.005)
    return what
`

// submissions are the tasks of one round: ids are unique over both functions.
var submissions = []emulator.TaskKey{
	{Function: emulator.Name{Function: "work"}, ID: "w1"}, {Function: emulator.Name{Function: "frail"}, ID: "f1"},
	{Function: emulator.Name{Function: "work"}, ID: "w2"}, {Function: emulator.Name{Function: "work"}, ID: "w3"},
}

var buildCrashing = sync.OnceValues(func() (string, error) {
	tags := "crashpoints"
	for _, flag := range strings.Fields(os.Getenv("GOFLAGS")) {
		if own, ok := cutPrefix(flag, "-tags="); ok {
			tags = own + "," + tags
		}
	}
	program := filepath.Join(filepath.Dir(binary), "fcemu-crashing")
	output, err := exec.Command("go", "build", "-tags="+tags, "-o", program, "github.com/fcemu/fcemu").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	return program, nil
})

func TestCrashMatrix(t *testing.T) {
	needs(t, "python3")
	program, err := buildCrashing()
	if err != nil {
		t.Fatal(err)
	}
	for _, points := range [][]string{
		{"accept-commit"}, {"accept-commit:3"}, {"accepted"}, {"accepted:3"},
		{"claim-commit:2"}, {"claimed"}, {"claimed:3"}, {"begun:2"}, {"ran"}, {"ran:3"},
		{"save-commit"}, {"save-commit:3"}, {"save-commit:4"},
		{"delivery-due"}, {"delivery-made:2"}, {"delivery-commit"},
		{"ran:2", "recover"}, {"begun:2", "recover", "claimed", "delivery-made"},
	} {
		t.Run(strings.Join(points, ","), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			work := func(r *running) { h.submit(t, r) }
			for _, point := range points {
				h.kill(t, program, point, work)
				h.look(t)
				work = nil
			}
			h.checkAfter(t)
		})
	}
}

// A kill between the storing of a stop and its effect on what runs.
func TestCrashMatrixStopping(t *testing.T) {
	needs(t, "python3")
	program, err := buildCrashing()
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t)
	h.stopped = submissions[0]
	write(t, h.folder, "hold", "")
	h.kill(t, program, "stopping", func(r *running) {
		h.submit(t, r)
		await(t, "w1 to be at work", func() bool { return h.runs()["work w1"] > 0 })
		if err := r.client.StopTask(t.Context(), h.stopped.ID, h.stopped.Function.Function); err == nil {
			t.Error("the stop was answered")
		}
	})
	h.look(t)
	if task := h.stored(t)[h.stopped]; task.Status != emulator.TaskStopping {
		t.Errorf("the kill left it %s", task.Status)
	}
	if err := os.Remove(filepath.Join(h.folder, "hold")); err != nil {
		t.Fatal(err)
	}
	h.checkAfter(t)
}

// A kill from outside, while functions are in the middle of their work.
func TestCrashMatrixDuringTheRun(t *testing.T) {
	needs(t, "python3")
	h := newHouse(t)
	write(t, h.folder, "hold", "")
	r := startIn(t, h.folder)
	h.submit(t, r)
	await(t, "both functions to be at work", func() bool { runs := h.runs(); return runs["work w1"] > 0 && runs["frail f1"] > 0 })
	r.kill(t)
	h.look(t)
	if h.begun[submissions[0]] == 0 || h.begun[submissions[1]] == 0 {
		t.Errorf("the kill was not during the run: %v", h.begun)
	}
	if err := os.Remove(filepath.Join(h.folder, "hold")); err != nil {
		t.Fatal(err)
	}
	h.checkAfter(t)
}

// The ordinary build does not even know the variable.
func TestCrashMatrixIsNotInTheOrdinaryBuild(t *testing.T) {
	variable := []byte("FCEMU_CRASH_AT")
	program, err := buildCrashing()
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{binary: false, program: true} {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(code, variable) != want {
			t.Errorf("%s: %s is in it: %v, want %v", filepath.Base(file), variable, !want, want)
		}
	}
}
