package builtin

import "testing"

// BenchmarkJavaColdStart is the time from the start of the process to the first answer.
func BenchmarkJavaColdStart(b *testing.B) {
	dir := codeDir(b, packages(b)["folder"])
	kind, fn := NewJava(options(b, nil)), function("java11", streams)
	for b.Loop() {
		i := launch(b, kind, fn, dir)
		if got := i.invoke("x"); got.err != nil || string(got.Payload) != "x" {
			b.Fatal(got.err)
		}
		i.close()
	}
}
