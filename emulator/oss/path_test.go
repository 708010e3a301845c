package oss

import (
	"io/fs"
	"strings"
	"testing"
)

// FuzzPath: every key that is accepted lies below its bucket, and can be told back from its path.
func FuzzPath(f *testing.F) {
	for _, key := range []string{"a", "a/b", "a/", "a//b", "../x", "a/./b", "%", "a\x00", "/a", `\a`, "é", "..."} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		path, err := pathOf("bucket", key)
		if err != nil {
			return
		}
		rest, inside := strings.CutPrefix(path, "bucket/")
		if !inside || !fs.ValidPath(path) {
			t.Fatalf("%q leads to %q", key, path)
		}
		segments := strings.Split(rest, "/")
		for i := range segments {
			segments[i] = segmentOf(segments[i])
		}
		if back := strings.Join(segments, "/"); back != key {
			t.Fatalf("%q became %q", key, back)
		}
	})
}
