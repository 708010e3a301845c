package journal

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// FuzzAppendLine: what is written by hand reads as what encoding/json writes.
func FuzzAppendLine(f *testing.F) {
	f.Add("hello", "prod", "text\x00\"\\\n é\xff", int64(1_700_000_000_123_456_789), int64(7))
	f.Add("", "", "", int64(-1)<<62, int64(1))
	f.Fuzz(func(t *testing.T, function, qualifier, text string, nanoseconds, sequence int64) {
		line := emulator.LogLine{Sequence: sequence, Time: time.Unix(0, nanoseconds).UTC(), Function: function, Qualifier: qualifier, VersionID: text,
			InstanceID: qualifier, RequestID: text, TaskID: function, Stream: qualifier, Text: text}
		plain, err := json.Marshal(line)
		if err != nil {
			t.Skip()
		}
		var want, got emulator.LogLine
		if err := json.Unmarshal(plain, &want); err != nil {
			t.Fatal(err)
		}
		written := appendLine(nil, &line)
		if err := json.Unmarshal(written, &got); err != nil || got != want {
			t.Errorf("%s (%v), want %s", written, err, plain)
		}
	})
}

func BenchmarkAppendLine(b *testing.B) {
	line := emulator.LogLine{Sequence: 1, Time: time.Now(), Function: "hello", RequestID: "1-x", Text: `{"operation":"InvokeFunction","requestId":"1-6b013cc1"}`}
	var to []byte
	b.ReportAllocs()
	for b.Loop() {
		to = appendLine(to[:0], &line)
	}
}
