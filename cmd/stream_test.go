package cmd_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestStreams sends all that HTTP/1.1 has through a trigger, by the client of Node and by curl, and
// looks at what that costs the emulator in memory.
func TestStreams(t *testing.T) {
	needs(t, "node")
	needs(t, "curl")
	folder, project := t.TempDir(), "edition: 3.0.0\nname: streams\nresources:\n"
	code, err := filepath.Abs("testdata/stream/function")
	if err != nil {
		t.Fatal(err)
	}
	for name, concurrency := range map[string]int{"web": 50, "few": 2} {
		project += fmt.Sprintf("  %s:\n    component: fc3\n    props: {region: cn-hangzhou, functionName: %s, runtime: custom.debian11, handler: h, code: %q, timeout: 60, "+
			"memorySize: 2048, instanceConcurrency: %d, customRuntimeConfig: {command: [node, index.js], port: 9000}, "+
			"triggers: [{triggerName: web, triggerType: http, triggerConfig: {authType: anonymous, methods: [GET, POST, HEAD, DELETE, PATCH]}}]}\n", name, name, code, concurrency)
	}
	write(t, folder, "s.yaml", project)
	r := startIn(t, folder)
	address, err := os.ReadFile(filepath.Join(folder, "address"))
	if err != nil {
		t.Fatal(err)
	}
	endpoint := strings.TrimSpace(string(address))
	steps, err := exec.CommandContext(t.Context(), "node", "testdata/stream/client.js", endpoint).CombinedOutput()
	t.Logf("%s", steps)
	if err != nil {
		t.Fatalf("%v\nthe emulator said:\n%s", err, r.output)
	}
	if peak := peakMemory(t, r.command.Process.Pid); peak > 40<<10 {
		t.Errorf("a body of 32 MB was held: it took the emulator to %d KiB", peak)
	}
	curlStream(t, endpoint)
}

// curlStream has curl print the first event while the stream goes on.
func curlStream(t *testing.T, endpoint string) {
	said := &output{}
	curl := exec.CommandContext(t.Context(), "curl", "-sSN", "-H", "Host: web.localhost", endpoint+"/sse")
	curl.Stdout, curl.Stderr = said, said
	if err := curl.Start(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	await(t, "the first event", func() bool { return strings.HasPrefix(said.String(), "data: 0\n\n") })
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the first event came after %v", took)
	}
	_ = curl.Process.Kill()
	_ = curl.Wait() // it was killed: that is its error
}

// peakMemory is the most memory that a process has had, in KiB; 0 where the system does not tell.
func peakMemory(t *testing.T, pid int) (kib int) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		t.Fatal(err)
	}
	t.Logf("peak memory %d KiB", kib)
	return kib
}
