package cmd_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
	"github.com/fcemu/fcemu/runtime/process"
)

const (
	soakCalls   = 3000 // make soak: 100000
	soakWorkers = 4
	soakSeed    = 20261121
	soakKills   = 300       // calls between two kills
	soakMemory  = 160 << 10 // KiB that it may hold more than before: garbage is collected when it is four times what lives
	soakSlots   = 5         // calls that one kill can end: those of a server
)

// soak is many calls of all languages, while instances are killed.
type soak struct {
	*running
	t        *testing.T
	programs []conforming
	calls    atomic.Int64
	kills    atomic.Int64 // and exits
	broken   atomic.Int64 // calls that were told so
	cold     atomic.Int64
}

// TestSoak calls all runtimes and kills instances at random, by a seed, and expects in the end that no
// process, no descriptor, no control group and no memory is lost.
func TestSoak(t *testing.T) {
	calls := soakCalls
	if text := os.Getenv("FCEMU_SOAK"); text != "" {
		var err error
		if calls, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	s := &soak{t: t}
	folder := s.project()
	s.running = startIn(t, folder, "-t", "s.yaml", "--idle-timeout", "2s")
	s.run(max(200, calls/10), 1) // until all that is kept for good is there
	before := s.rest()
	began := time.Now()
	s.run(calls, 2)
	t.Logf("%d calls of %d runtimes in %v: %d instances started, %d killed, %d calls lost with them",
		s.calls.Load(), len(s.programs), time.Since(began).Round(time.Millisecond), s.cold.Load(), s.kills.Load(), s.broken.Load())
	after := s.rest()
	t.Logf("at rest, before and after: %+v, %+v", before, after)
	if lost := s.broken.Load(); lost > s.kills.Load()*soakSlots {
		t.Errorf("%d calls were lost with %d instances", lost, s.kills.Load())
	}
	if after.descriptors > before.descriptors+soakWorkers { // clients keep some connections
		t.Errorf("descriptors: %d, and %d before", after.descriptors, before.descriptors)
	}
	if after.memory > before.memory+soakMemory {
		t.Errorf("memory: %d KiB, and %d KiB before", after.memory, before.memory)
	}
	s.endsAlone(t)
	if t.Failed() {
		t.Logf("the emulator said:\n%s", s.output)
	}
}

// project has a function for every language that can be run here.
func (s *soak) project() string {
	folder := s.t.TempDir()
	text := "edition: 3.0.0\nname: soak\nresources:\n"
	for _, l := range conformingLanguages() {
		if lack := l.lacking(); lack != "" {
			if os.Getenv("CI") == "true" {
				s.t.Fatalf("%s is missing, and in CI nothing is skipped", lack)
			}
			s.t.Logf("without %s: %s is missing", l.runtime, lack)
			continue
		}
		name := strings.ReplaceAll(l.runtime, ".", "-")
		project := l.project(s.t)
		if err := os.CopyFS(filepath.Join(folder, name), os.DirFS(filepath.Join(project, "code"))); err != nil {
			s.t.Fatal(err)
		}
		if settings, err := os.ReadFile(filepath.Join(project, "fcemu.yaml")); err == nil { // where its interpreter is
			write(s.t, folder, "fcemu.yaml", string(settings))
		}
		text += fmt.Sprintf("  %[1]s:\n    component: fc3\n    props: {region: cn-hangzhou, functionName: %[1]s, runtime: %[2]s, handler: %[3]q, code: ./%[1]s, memorySize: 512, timeout: 60, instanceConcurrency: %[4]d, "+
			"instanceLifecycleConfig: {initializer: {handler: %[5]q, timeout: 60}, preStop: {handler: %[6]q, timeout: 10}}}\n",
			name, l.runtime, l.hooks[0], l.slots(), l.hooks[1], l.hooks[2])
		l.runtime = name
		s.programs = append(s.programs, l)
	}
	write(s.t, folder, "s.yaml", text)
	return folder
}

// lacking is a program that is needed and not there.
func (l *conforming) lacking() string {
	for _, program := range l.needs {
		if _, err := exec.LookPath(program); err != nil {
			return program
		}
	}
	if l.host != nil {
		if _, err := l.host(); err != nil {
			return err.Error()
		}
	}
	return ""
}

// run makes calls from several clients.
func (s *soak) run(calls int, phase uint64) {
	s.t.Helper()
	var workers sync.WaitGroup
	for n := range soakWorkers {
		workers.Go(func() {
			random := rand.New(rand.NewPCG(soakSeed+phase, uint64(n)))
			for range calls / soakWorkers {
				if random.IntN(soakKills) == 0 {
					s.kill(random)
				}
				s.call(&s.programs[random.IntN(len(s.programs))], random)
			}
		})
	}
	workers.Wait()
	if s.t.Failed() {
		s.t.FailNow()
	}
}

func (s *soak) call(l *conforming, random *rand.Rand) {
	id := s.calls.Add(1)
	what := []string{"echo", "echo", "echo", "echo", "who", "log", "much", "throw"}[random.IntN(8)]
	if random.IntN(2*soakKills) == 0 {
		what = "exit"
		s.kills.Add(1)
	}
	event := fmt.Appendf(nil, `{"do":%q,"id":"%d","pad":"%s"}`, what, id, strings.Repeat("x", random.IntN(8<<10)))
	result, err := s.client.Invoke(s.t.Context(), client.Invocation{Reference: emulator.Reference{Name: emulator.Name{Function: l.runtime}}, Event: event})
	if err != nil && strings.Contains(err.Error(), "CAExited") && strings.Contains(err.Error(), "code 137") {
		s.broken.Add(1) // killed while it started
		return
	}
	if err != nil {
		s.t.Errorf("%s %s: %v", l.runtime, what, err)
		return
	}
	if result.ColdStart {
		s.cold.Add(1)
	}
	want := map[string]string{"echo": l.told(event), "who": l.told(fmt.Sprint(id, " ", result.RequestID)), "log": l.told("ok"), "much": l.told("ok")}[what]
	switch text := string(result.Payload); {
	case result.ErrorType == "" && text == want && want != "":
	case what == "throw" && result.ErrorType == "UnhandledInvocationError" && strings.Contains(text, "thrown on purpose"):
	case result.ErrorType != "" && strings.Contains(text, "Process exited unexpectedly"):
		s.broken.Add(1)
	default:
		s.t.Errorf("%s %s: %d %s %.300s", l.runtime, what, result.StatusCode, result.ErrorType, text)
	}
}

// kill ends the process of some instance, whatever it does just then.
func (s *soak) kill(random *rand.Rand) {
	list, err := s.client.Instances(s.t.Context(), "")
	if err != nil || len(list) == 0 {
		return
	}
	pid, _ := list[random.IntN(len(list))]["pid"].(float64)
	if pid > 1 && descendantOf(int(pid), s.command.Process.Pid) != "" && syscall.Kill(int(pid), syscall.SIGKILL) == nil {
		s.kills.Add(1)
	}
}

// resting is what the emulator holds when it has nothing to do.
type resting struct{ descriptors, memory, guardians int }

// rest waits until no instance is left, and counts.
func (s *soak) rest() (now resting) {
	s.t.Helper()
	pid := s.command.Process.Pid
	await(s.t, "all instances to have ended", func() bool {
		list, err := s.client.Instances(s.t.Context(), "")
		if err != nil {
			s.t.Fatal(err)
		}
		return len(list) == 0
	})
	await(s.t, "nothing but the guardian, and interpreters that wait, to be left", func() bool {
		health, err := s.client.Health(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		spares, _ := health["spares"].([]any)
		now = resting{descriptors: descriptors(pid), memory: resident(pid)}
		for child, name := range descendants(pid) {
			if slices.Contains(spares, any(float64(child))) {
				continue
			}
			if !strings.Contains(name, " "+process.GuardianCommand) {
				return false
			}
			now.guardians++
			now.descriptors += descriptors(child)
			now.memory += resident(child)
		}
		return true
	})
	await(s.t, "the control groups to be gone", func() bool {
		groups, _ := filepath.Glob(fmt.Sprintf("/sys/fs/cgroup/*/fcemu-*%d/*-*", pid))
		return len(groups) == 0
	})
	return now
}

func descriptors(pid int) int {
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0
	}
	return len(list)
}

// resident is the memory of a process in KiB, without what it has mapped of files.
func resident(pid int) (kib int) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(status), "RssAnon:")
	_, _ = fmt.Sscan(rest, &kib)
	return kib
}
