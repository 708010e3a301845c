package builtin

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

// machine is a machine of which the test decides what is installed.
type machine struct {
	t    *testing.T
	home string
}

func newMachine(t *testing.T) machine {
	m := machine{t, t.TempDir()}
	t.Setenv("HOME", m.home)
	t.Setenv("PATH", filepath.Join(m.home, "shims")+":"+filepath.Join(m.home, "bin"))
	for _, l := range NewInterpreters(nil).languages {
		for _, place := range l.homes {
			if place.variable != "" {
				t.Setenv(place.variable, "")
			}
		}
	}
	t.Setenv("N_PREFIX", m.home)
	t.Setenv("HOMEBREW_PREFIX", filepath.Join(m.home, "brew"))
	t.Setenv("JAVA_HOME", "")
	return m
}

// install puts a program at path that calls itself real and of the given version, and counts its starts.
func (m machine) install(path, real, version string) string {
	path = filepath.Join(m.home, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if real == "" {
		real = path
	}
	text := fmt.Sprintf("#!/bin/sh\necho start >> %s.starts\necho %s\necho %s\necho /site\n", path, real, version)
	if version == "" {
		text = "#!/bin/sh\necho 'version not switched on' >&2\nexit 127\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		m.t.Fatal(err)
	}
	return path
}

func TestTheExactVersionIsPreferred(t *testing.T) {
	m := newMachine(t)
	m.install("shims/python3", "", "3.11.7")
	m.install("shims/python3.9", "", "")
	m.install(".pyenv/versions/3.9.2/bin/python3", "", "3.9.2")
	newest := m.install(".pyenv/versions/3.9.18/bin/python3", "", "3.9.18")
	m.install(".nvm/versions/node/v16.1.0/bin/node", "", "16.1.0")
	node := m.install(".nvm/versions/node/v18.19.0/bin/node", "", "18.19.0")
	i := NewInterpreters(nil)
	found, notice, err := i.Find("python3.9")
	if err != nil || found.Path != newest || notice != "" {
		t.Errorf("%+v %q %v", found, notice, err)
	}
	if found, notice, err = i.Find("nodejs18"); err != nil || found.Path != node || notice != "" {
		t.Errorf("%+v %q %v", found, notice, err)
	}
}

func TestAnotherVersionStandsInWithANotice(t *testing.T) {
	m := newMachine(t)
	real := m.install("real/python3.12", "", "3.12.1")
	shim := m.install("shims/python3", real, "3.12.1")
	node := m.install("bin/node", "", "20.11.0")
	i := NewInterpreters(nil)
	for range 3 {
		found, notice, err := i.Find("python3.9")
		if err != nil || found.Path != real || found.Search[0] != "/site" {
			t.Fatalf("%+v %v", found, err)
		}
		if !strings.HasPrefix(notice, "python3.9 ran on Python 3.12.1: ") || !strings.Contains(notice, "imp") || strings.Contains(notice, "\n") {
			t.Errorf("notice %q", notice)
		}
	}
	starts, _ := os.ReadFile(shim + ".starts")
	if string(starts) != "start\n" {
		t.Errorf("the shim was started %d times", strings.Count(string(starts), "\n"))
	}
	found, notice, err := i.Find("nodejs12")
	if err != nil || found.Path != node || !strings.Contains(notice, "nodejs12 ran on Node.js 20.11.0: OpenSSL 3") {
		t.Errorf("%+v %q %v", found, notice, err)
	}
	if _, notice, _ = i.Find("python3.12"); notice != "" {
		t.Errorf("notice %q", notice)
	}
	if err := os.Remove(real); err != nil {
		t.Fatal(err)
	}
	other := m.install("real/python3.13", "", "3.13.0")
	m.install("shims/python3", other, "3.13.0")
	if found, _, err = i.Find("python3.9"); err != nil || found.Path != other {
		t.Errorf("after an upgrade: %+v %v", found, err)
	}
}

func TestTheNearestVersionStandsIn(t *testing.T) {
	m := newMachine(t)
	for _, version := range []string{"3.8.1", "3.8.18", "3.11.7", "3.13.0"} {
		m.install(".pyenv/versions/"+version+"/bin/python3", "", version)
	}
	i := NewInterpreters(nil)
	for id, want := range map[string]string{"python3": "3.8.18", "python3.9": "3.11.7", "python3.12": "3.13.0"} {
		if found, _, err := i.Find(id); err != nil || found.Version != want {
			t.Errorf("%s: %+v, %v", id, found, err)
		}
	}
	m.install("bin/python3", "", "3.14.0")
	if found, _, err := NewInterpreters(nil).Find("python3"); err != nil || found.Version != "3.14.0" {
		t.Errorf("beside one in the PATH: %+v, %v", found, err)
	}
}

func TestAMissingInterpreterIsOneClearLine(t *testing.T) {
	m := newMachine(t)
	i := NewInterpreters(nil)
	for _, id := range []string{"python3.10", "nodejs20", "python2.7"} {
		_, err := NewPython(Options{Interpreters: i}).Prepare(function(id, dispatch), runtime.Place{})
		var refused *emulator.Error
		if !errors.As(err, &refused) || refused.Status != 412 || !strings.Contains(refused.Message, id) ||
			!strings.Contains(refused.Message, "fcemu doctor") || strings.Contains(refused.Message, "\n") {
			t.Errorf("%s: %v", id, err)
		}
	}
	m.install("bin/python3", "", "3.11.2")
	if _, _, err := i.Find("python3.10"); err != nil {
		t.Errorf("installed since: %v", err)
	}
	if _, _, err := i.Find("python2.7"); err == nil {
		t.Error("Python 3 stood in for Python 2")
	}
	if _, _, err := i.Find("ruby3"); err == nil {
		t.Error("ruby3 was found")
	}
}

func TestOverrides(t *testing.T) {
	m := newMachine(t)
	m.install(".pyenv/versions/3.10.1/bin/python3", "", "3.10.1")
	mine := m.install("mine/python", "", "3.13.0")
	i := NewInterpreters(map[string]string{"python3.10": mine, "nodejs20": "/no/such/node"})
	found, notice, err := i.Find("python3.10")
	if err != nil || found.Path != mine || notice == "" {
		t.Errorf("%+v %q %v", found, notice, err)
	}
	_, _, err = i.Find("nodejs20")
	if err == nil || !strings.Contains(err.Error(), "/no/such/node") {
		t.Errorf("%v", err)
	}
}

func TestList(t *testing.T) {
	m := newMachine(t)
	m.install("bin/python3", "", "3.12.3")
	exact := m.install(".pyenv/versions/3.9.18/bin/python3", "", "3.9.18")
	got := map[string][]string{}
	for _, found := range NewInterpreters(nil).List() {
		got[found.Language+" "+found.Path] = found.Runtimes
	}
	if len(got["Python "+exact]) != 1 || len(got["Python "+filepath.Join(m.home, "bin/python3")]) != 3 {
		t.Errorf("%v", got)
	}
	if len(got["Node.js "]) != 10 || len(got["Python "]) != 1 {
		t.Errorf("missing ones: %v", got)
	}
}

func TestServes(t *testing.T) {
	python, node := NewPython(Options{}), NewNode(Options{})
	for id, want := range map[string][2]bool{
		"python3": {true, false}, "python3.14": {true, false}, "python2.7": {true, false}, "nodejs4.4": {false, true},
		"nodejs22": {false, true}, "nodejs": {}, "python": {}, "java11": {}, "custom": {}, "": {},
	} {
		if python.Serves(id) != want[0] || node.Serves(id) != want[1] {
			t.Errorf("%q: %v %v", id, python.Serves(id), node.Serves(id))
		}
	}
}

func TestNoticeIsToldOnceForAFunction(t *testing.T) {
	m := newMachine(t)
	m.install("bin/python3", "", "3.11.2")
	o := options(t, nil)
	kind := NewPython(o)
	place := runtime.Place{CodeDir: t.TempDir()}
	for round, want := range []bool{true, false} {
		plan, err := kind.Prepare(function("python3.9", dispatch), place)
		if err != nil || (plan.Notice != "") != want {
			t.Errorf("round %d: %q %v", round, plan.Notice, err)
		}
	}
	other := function("python3.9", dispatch)
	other.FunctionName = "other"
	if plan, err := kind.Prepare(other, place); err != nil || plan.Notice == "" {
		t.Errorf("%q %v", plan.Notice, err)
	}
}

// installJava puts a Java below the home that shows its properties where Java does.
func (m machine) installJava(home, version string) string {
	path := filepath.Join(m.home, home, "bin", "java")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	text := fmt.Sprintf("#!/bin/sh\necho '    java.home = %s\n    java.version = %s' >&2\n", filepath.Dir(filepath.Dir(path)), version)
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		m.t.Fatal(err)
	}
	return path
}

func TestVersionManagersOfJavaAndPHP(t *testing.T) {
	m := newMachine(t)
	eight := m.installJava(".sdkman/candidates/java/8.0.402-tem", "1.8.0_402")
	eleven := m.installJava(".asdf/installs/java/temurin-11.0.22+7", "11.0.22")
	m.installJava("jdk", "21.0.1")
	m.install("bin/php", "", "8.2.35")
	php := m.install("brew/opt/php@7.2/bin/php", "", "7.2.34")
	t.Setenv("JAVA_HOME", filepath.Join(m.home, "jdk"))
	for id, want := range map[string]string{"java8": eight, "java11": eleven, "php7.2": php} {
		if found, notice, err := NewInterpreters(nil).Find(id); err != nil || found.Path != want || notice != "" {
			t.Errorf("%s: %+v %q %v", id, found, notice, err)
		}
	}
	if err := errors.Join(os.RemoveAll(filepath.Dir(php)), os.Remove(eight)); err != nil {
		t.Fatal(err)
	}
	_, notice, err := NewInterpreters(nil).Find("php7.2")
	if err != nil || !strings.Contains(notice, "php7.2 ran on PHP 8.2.35: ") || !strings.Contains(notice, "create_function") {
		t.Errorf("%q %v", notice, err)
	}
	found, notice, err := NewInterpreters(nil).Find("java8")
	if err != nil || found.Version != "21.0.1" || !strings.Contains(notice, "Nashorn") {
		t.Errorf("JAVA_HOME: %+v %q %v", found, notice, err)
	}
}

func TestTheVersionThatTheCodeNamesIsPreferred(t *testing.T) {
	m := newMachine(t)
	m.install("bin/python3", "", "3.13.0")
	newest := m.install(".pyenv/versions/3.9.18/bin/python3", "", "3.9.18")
	pinned := m.install(".pyenv/versions/3.9.2/bin/python3", "", "3.9.2")
	m.install("bin/node", "", "22.0.0")
	node := m.install(".nvm/versions/node/v16.1.0/bin/node", "", "16.1.0")
	for _, c := range []struct{ file, text, id, want string }{
		{"none", "", "python3.9", newest},
		{".tool-versions", "ruby 3.1.0\npython 3.9.2 # ours\n", "python3.9", pinned},
		{".python-version", "3.9.2\n", "python3.9", pinned},
		{".tool-versions", "python 3.13.0\n", "python3.9", newest}, // the runtime's own version goes first
		{".tool-versions", "node 16.1.0\n", "nodejs18", node},
		{".nvmrc", "v16\n", "nodejs18", node},
		{".nvmrc", "lts/*\n", "nodejs16", node},
	} {
		found, _, err := NewInterpreters(nil).FindFor(c.id, codeDir(t, files{c.file: c.text}))
		if err != nil || found.Path != c.want {
			t.Errorf("%s %q: %+v %v", c.file, c.text, found, err)
		}
	}
	java := javaLanguage()
	for text, want := range map[string]version{"java=17.0.9-tem": {17, 0, 9}, "java temurin-11.0.2": {11, 0, 2}, "python 3": {}} {
		if got, _ := java.pin(".sdkmanrc", text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
