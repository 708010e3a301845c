package cmd_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestJavaClients runs the Java SDKs of both generations over plain HTTP.
func TestJavaClients(t *testing.T) {
	for _, w := range []walk{
		{"maven com.aliyun:fc20230330", javaWalk("Latest")},
		{"maven com.aliyun:aliyun-java-sdk-fc", javaWalk("Classic")},
	} {
		t.Run(w.client, func(t *testing.T) { w.run(t) })
	}
}

// javaWalk compiles a program of testdata/sdk/java against the jars of its pom.xml.
func javaWalk(program string) func(*testing.T) *exec.Cmd {
	return func(t *testing.T) *exec.Cmd {
		for _, tool := range []string{"java", "javac", "mvn"} {
			needs(t, tool)
		}
		cache := clientCache(t)
		folder := installed(t, "java", []string{"pom.xml"}, func(ctx context.Context, folder string) *exec.Cmd {
			return exec.CommandContext(ctx, "mvn", "-q", "-B", "-f", folder, "-Dmaven.repo.local="+filepath.Join(cache, "maven"),
				"dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory="+filepath.Join(folder, "jars"))
		})
		jars, classes := filepath.Join(folder, "jars", "*"), t.TempDir()
		sources := sdkFolder("java", "src", "main", "java")
		compile := exec.CommandContext(t.Context(), "javac", "-nowarn", "-proc:none", "-encoding", "UTF-8", "-cp", jars, "-d", classes,
			filepath.Join(sources, "Check.java"), filepath.Join(sources, program+".java"))
		if output, err := compile.CombinedOutput(); err != nil {
			t.Fatalf("javac: %v\n%s", err, output)
		}
		return exec.CommandContext(t.Context(), "java", "--add-opens", "java.base/java.lang=ALL-UNNAMED", // fc-java-sdk reads errors into exceptions by reflection
			"-cp", classes+string(filepath.ListSeparator)+jars, program)
	}
}
