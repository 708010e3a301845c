package cmd_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/client"
)

// goldenText is a part of a golden file.
type goldenText struct{ name, text string }

// volatile is what differs from run to run, or from machine to machine.
var volatile = []struct {
	pattern *regexp.Regexp
	instead string
}{
	{regexp.MustCompile(`\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?`), "TIME"},
	{regexp.MustCompile(`duration: \d+ms`), "duration: Nms"},
	{regexp.MustCompile(`maxMemoryUsage: [0-9.]+MB`), "maxMemoryUsage: N MB"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "UUID"}, // of a hook
	{regexp.MustCompile(`/[^ "():]*/blobs/[0-9a-f]+`), "/code"},               // where functions have no paths of their own
	// Frames of the interpreter and of the bootstrap, how Node.js tells by which name a function was
	// called, and what PHP before 7.4 tells of arguments.
	{regexp.MustCompile(`,"    at [^"]*(/var/fc/runtime/|node:internal)[^"]*"`), ""},
	{regexp.MustCompile(` \[as [^\]]*\]`), ""},
	{regexp.MustCompile(`(/var/fc/runtime/[^ "():]*)\(\d+\)`), "$1"},
	{regexp.MustCompile(`(: [\w\\>-]+\()[^\n]*?(\)\\n#)`), "$1$2"},
}

func (c *conformer) golden(name, text string, result *client.Result) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, result.RequestID, "REQUEST"), result.InstanceID, "INSTANCE")
	for _, v := range volatile {
		text = v.pattern.ReplaceAllString(text, v.instead)
	}
	c.texts = append(c.texts, goldenText{name, strings.TrimSuffix(text, "\n") + "\n"})
}

func (c *conformer) goldenPayload(name string, result *client.Result) {
	c.golden(name, string(result.Payload), result)
}

// goldenLog keeps the log of a call, stream by stream: their order among each other is nobody's promise.
func (c *conformer) goldenLog(name string, result *client.Result) {
	c.t.Helper()
	var text strings.Builder
	for _, stream := range []string{"stdout", "stderr", "system"} {
		for _, line := range c.lines(result) {
			if line.Stream == stream {
				fmt.Fprintf(&text, "%s: %s\n", stream, line.Text)
			}
		}
	}
	c.golden(name, text.String(), result)
}

// goldenEnv keeps the names; values that say nothing about this machine, too.
func (c *conformer) goldenEnv(result *client.Result, env map[string]string) {
	var text strings.Builder
	for _, name := range slices.Sorted(keys(env)) {
		value := env[name]
		for _, secret := range []string{"access", "ACCESS", "oken", "TOKEN", "_API", "_PORT", "ACCOUNT"} {
			if strings.Contains(name, secret) {
				value = "…"
			}
		}
		fmt.Fprintf(&text, "%s=%s\n", name, value)
	}
	c.golden("env", text.String(), result)
}

func keys(env map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range env {
			if !yield(name) {
				return
			}
		}
	}
}

// lines is the log of a call.
func (c *conformer) lines(result *client.Result) (list []emulator.LogLine) {
	c.t.Helper()
	for line, err := range c.client.Logs(c.t.Context(), client.LogFilter{RequestID: result.RequestID}) {
		if err != nil {
			c.t.Fatal(err)
		}
		list = append(list, line)
	}
	return list
}

// compare holds what was gathered against the golden file.
func (c *conformer) compare() {
	c.t.Helper()
	archive := &txtar.Archive{}
	for _, text := range c.texts {
		archive.Files = append(archive.Files, txtar.File{Name: text.name, Data: []byte(text.text)})
	}
	file, got := filepath.Join("testdata/conformance/golden", c.runtime+".txt"), txtar.Format(archive)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			c.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(want, got) {
		c.t.Errorf("%s (-update writes it anew): %v\n%s", file, err, cmp.Diff(string(want), string(got)))
	}
}
