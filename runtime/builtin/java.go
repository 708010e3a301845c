package builtin

import (
	"path/filepath"
	"strconv"
	"strings"
)

// java starts the virtual machine with the platform's limits. The function's JAVA_TOOL_OPTIONS add
// to them, and its _JAVA_OPTIONS overrule them.
func (k *Kind) java(s *start) {
	heap := max(s.fn.MemorySize*9/10, 16)
	s.spec.Args = []string{
		"-Xmx" + strconv.Itoa(heap) + "m", "-Xms" + strconv.Itoa(min(heap, max(s.fn.MemorySize*3/10, 8))) + "m",
		"-XX:+UseSerialGC", "-XX:-UsePerfData",
		"-Dfile.encoding=UTF-8",
	}
	if !s.found.version().less(version{9}) {
		s.spec.Args = append(s.spec.Args, "--add-opens=java.base/java.io=ALL-UNNAMED") // see Line.java
	}
	if !s.found.version().less(version{18}) {
		s.spec.Args = append(s.spec.Args, "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8")
	}
	s.spec.Args = append(s.spec.Args, "-cp", filepath.Join(s.scripts, "bootstrap.jar"), "fcemu.Main")
	s.env.offer("LANG", "C.UTF-8")
	if s.fn.Runtime == "java11" {
		s.wrap()
	}
	s.search, s.err = nestedJars(&s.place, filepath.Join(k.options.Dir, "jars"))
}

func javaLanguage() *language {
	return &language{
		name:     "Java",
		prefix:   "java",
		ids:      []string{"java8", "java11", "java17"},
		parts:    1,
		want:     func(id string) (version, bool) { return javaVersion(strings.TrimPrefix(id, "java")) },
		parse:    javaVersion,
		commands: func(version) []string { return nil },
		anyOf:    []string{"java"},
		root:     "JAVA_HOME",
		homes: []home{
			{"SDKMAN_DIR", ".sdkman", "candidates/java", "bin"},
			{"JENV_ROOT", ".jenv", "versions", "bin"},
			{"ASDF_DATA_DIR", ".asdf", "installs/java", "bin"},
			{"MISE_DATA_DIR", ".local/share/mise", "installs/java", "bin"},
			{"HOMEBREW_PREFIX", "/opt/homebrew", "opt", "bin"},
			{"", "/usr/lib", "jvm", "bin"},
			{"", "/Library/Java", "JavaVirtualMachines", "Contents/Home/bin"},
		},
		probe:  []string{"-XshowSettings:properties", "-version"},
		read:   javaSettings,
		breaks: javaBreaks,
		tool:   "java",
		pins:   []string{".java-version", ".sdkmanrc"},
	}
}

// javaVersion knows that Java 8 calls itself 1.8.0_402.
func javaVersion(text string) (version, bool) {
	if start := strings.IndexAny(text, "0123456789"); start >= 0 {
		text = strings.Replace(strings.TrimPrefix(text[start:], "1."), "_", ".", 1)
	}
	return parseVersion(text)
}

// javaSettings finds the home and the version among the properties that Java shows.
func javaSettings(lines []string) []string {
	var home, number string
	for _, line := range lines {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		switch key {
		case "java.home":
			home = value
		case "java.version":
			if parsed, ok := javaVersion(value); ok {
				number = parsed.String()
			}
		}
	}
	if home == "" || number == "" {
		return nil
	}
	return []string{filepath.Join(home, "bin", "java"), number}
}

// javaBreaks says what may not work, or works here only.
func javaBreaks(want, got version) string {
	var points []string
	if got.less(version{want[0]}) {
		points = append(points, "classes compiled for "+want.short(1)+" fail here")
	}
	crossed := func(at int) bool { return want[0] < at && got[0] >= at }
	if crossed(11) {
		points = append(points, "javax.xml.bind, javax.annotation and other EE modules are gone since 11")
	}
	if crossed(15) {
		points = append(points, "the JavaScript engine Nashorn is gone since 15")
	}
	if crossed(16) {
		points = append(points, "reflection into the JDK is closed since 16 (JAVA_TOOL_OPTIONS=--add-opens=… opens it)")
	}
	return strings.Join(points, "; ")
}
