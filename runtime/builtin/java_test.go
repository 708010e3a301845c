package builtin

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	javaJar   = "java/bootstrap.jar.gz"
	javaStamp = "sources.sha256" // in the jar
)

// TestTheJarIsBuiltFromItsSources: class files differ from compiler to compiler, so it is the sources
// that are compared; where there is a compiler they have to compile to the same classes.
func TestTheJarIsBuiltFromItsSources(t *testing.T) {
	sources, err := filepath.Glob("java/*.java")
	if err != nil || len(sources) == 0 {
		t.Fatal(err)
	}
	stubs, err := filepath.Glob("java/stubs/javax/servlet/*.java") // compiled against, not packed
	if err != nil || len(stubs) == 0 {
		t.Fatal(err)
	}
	sources = append(sources, stubs...)
	whole := bootstrapOf(t, javaJar, "bootstrap.jar", func() []byte {
		classes := compiled(t, sources)
		classes[javaStamp] = []byte(stamp(t, sources))
		return archived(classes)
	})
	jar, err := zip.NewReader(bytes.NewReader(whole[0].text), int64(len(whole[0].text)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := fs.ReadFile(jar, javaStamp)
	if err != nil || string(got) != stamp(t, sources) {
		t.Fatalf("%s is older than its sources: run `make bootstrap` (%v)", javaJar, err)
	}
	if _, err := exec.LookPath("javac"); err != nil {
		t.Skip("javac is missing: the classes are not compared")
	}
	var names []string
	for _, entry := range jar.File {
		if entry.Name != javaStamp {
			names = append(names, entry.Name)
		}
	}
	if want := sorted(compiled(t, sources)); !slices.Equal(names, want) {
		t.Errorf("the jar has %v, the compiler makes %v", names, want)
	}
}

// compiled returns the class files, for Java 8 and without debug tables but those of stack traces.
func compiled(t *testing.T, sources []string) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	arguments := append([]string{"--release", "8", "-g:source,lines", "-Xlint:-options", "-encoding", "UTF-8", "-d", dir}, sources...)
	if output, err := exec.Command("javac", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, output)
	}
	classes := map[string][]byte{}
	files, _ := filepath.Glob(dir + "/fcemu/*.class")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		classes["fcemu/"+filepath.Base(file)] = text
	}
	return classes
}

func TestJavaSettings(t *testing.T) {
	for _, c := range []struct{ number, want string }{{"1.8.0_402", "8.0.402"}, {"11.0.2", "11.0.2"}, {"21", "21.0.0"}} {
		lines := []string{"Property settings:", "    java.home = /jdk", "    java.version = " + c.number, "    java.version.date = x"}
		if got := javaSettings(lines); strings.Join(got, " ") != "/jdk/bin/java "+c.want {
			t.Errorf("%s: %v", c.number, got)
		}
	}
}
