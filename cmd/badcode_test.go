package cmd_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

// badProgram is a function of testdata/badcode: what is wrong with it is asked for by its event, or
// it cannot be called at all.
type badProgram struct {
	kind    string // the handler; of servers and go1 the variable KIND
	timeout int    // seconds
	event   string
	text    string // a regular expression that the error matches; empty: it is answered "fine"
	broken  bool   // the event "fine" comes to nothing either
	leaves  bool   // the process ends after the answer
}

// badLanguage is the functions of a language.
type badLanguage struct {
	runtime  string
	folder   string
	needs    []string // programs
	build    func(t *testing.T, folder string)
	quoted   bool   // its library makes JSON of every result
	handler  string // where kind is not the handler
	programs []badProgram
}

// TestBadCode calls what people write by mistake. Each call ends in Function Compute's own words, the
// next one works, and in the end no process is left, not even a daemon that minds no signals.
func TestBadCode(t *testing.T) {
	for _, language := range badLanguages() {
		t.Run(language.folder, func(t *testing.T) {
			for _, program := range language.needs {
				needs(t, program)
			}
			r := startIn(t, language.project(t), "-t", "s.yaml")
			for _, program := range language.programs {
				language.check(t, r, program)
			}
			r.endsAlone(t)
		})
	}
}

var noName = regexp.MustCompile(`[^a-zA-Z0-9]+`)

func (p *badProgram) function() string {
	return noName.ReplaceAllString(fmt.Sprint("f-", p.kind, "-", p.timeout), "-")
}

func (l *badLanguage) project(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	code := filepath.Join(folder, "code")
	if err := os.CopyFS(code, os.DirFS(filepath.Join("testdata/badcode", l.folder))); err != nil {
		t.Fatal(err)
	}
	if l.build != nil {
		l.build(t, code)
	}
	const props = "  %[1]s:\n    component: fc3\n    props: {region: cn-hangzhou, functionName: %[1]s, runtime: %s, handler: %q, code: ./code, " +
		"timeout: %d, memorySize: 512, environmentVariables: {KIND: %q}}\n"
	resources := map[string]string{}
	for _, p := range l.programs {
		handler := l.handler
		if handler == "" {
			handler = p.kind
		}
		resources[p.function()] = fmt.Sprintf(props, p.function(), l.runtime, handler, p.timeout, p.kind)
	}
	text := "edition: 3.0.0\nname: badcode\nresources:\n"
	for _, resource := range resources {
		text += resource
	}
	write(t, folder, "s.yaml", text)
	return folder
}

// check makes the bad call, and the good one behind it.
func (l *badLanguage) check(t *testing.T, r *running, p badProgram) {
	t.Helper()
	what := p.kind + " " + p.event
	began := time.Now()
	result := r.say(t, p.function(), p.event)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("%s took %v", what, took)
	}
	l.expect(t, what, result, p.text)
	if p.leaves {
		await(t, "the instance to be gone", func() bool { return !r.serves(t, result.InstanceID) })
	}
	after := p.text
	if !p.broken {
		after = ""
	}
	l.expect(t, "after "+what, r.say(t, p.function(), "fine"), after)
}

func (l *badLanguage) expect(t *testing.T, what string, result *client.Result, text string) {
	t.Helper()
	kind, fine := "UnhandledInvocationError", "fine"
	if l.quoted {
		fine = `"fine"`
	}
	switch {
	case text == "" && result.ErrorType == "" && string(result.Payload) == fine:
	case text != "" && result.ErrorType == kind && json.Valid(result.Payload) && regexp.MustCompile(text).Match(result.Payload):
	case text != "" && result.ErrorType == "" && regexp.MustCompile(text).Match(result.Payload) && strings.HasPrefix(text, "^no$"): // it answered in the bootstrap's place
	default:
		t.Errorf("%s: %d %s %.600s; want %s", what, result.StatusCode, result.ErrorType, result.Payload, text)
	}
}

func (r *running) say(t *testing.T, function, event string) *client.Result {
	t.Helper()
	result, err := r.client.Invoke(t.Context(), client.Invocation{
		Reference: emulator.Reference{Name: emulator.Name{Function: function}}, Event: []byte(event)})
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", function, event, err, r.output)
	}
	return result
}

// serves tells whether an instance is in service.
func (r *running) serves(t *testing.T, instance string) bool {
	t.Helper()
	list, err := r.client.Instances(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		if one["instanceId"] == instance {
			return true
		}
	}
	return false
}

// endsAlone stops the emulator and expects the whole family to be gone.
func (r *running) endsAlone(t *testing.T) {
	t.Helper()
	family := descendants(r.command.Process.Pid)
	began := time.Now()
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := r.command.Wait(); err != nil {
		t.Errorf("the end: %v\n%s", err, r.output)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the emulator took %v to end", took)
	}
	for pid, name := range family {
		await(t, name+" to be gone", func() bool { return descendantOf(pid, 0) == "" })
	}
}
