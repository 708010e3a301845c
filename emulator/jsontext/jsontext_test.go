package jsontext_test

import (
	"encoding/json"
	"testing"

	"github.com/fcemu/fcemu/emulator/jsontext"
)

func FuzzAppendString(f *testing.F) {
	f.Add("a\"\\\n\r\t\x00\x1f é\u2028\xff")
	f.Fuzz(func(t *testing.T, text string) {
		plain, _ := json.Marshal(text)
		var want, got string
		_ = json.Unmarshal(plain, &want)
		if err := json.Unmarshal(jsontext.AppendString(nil, text), &got); err != nil || got != want {
			t.Errorf("%q became %q: %v", text, got, err)
		}
	})
}
