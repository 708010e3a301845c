package api

import (
	"bytes"
	"encoding/json"
	"time"
)

// Forms that the generations have in common.

// Time shows a time as resources do: RFC 3339 in UTC, whole seconds.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// UnixMs shows a time as tasks do; 0 where there is none.
func UnixMs(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// Set takes over a value that was given; nil means that it was not.
func Set[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}

// Object is a JSON object that travels as such or inside a string: the generations differ in that,
// and nothing else could be meant.
type Object json.RawMessage

// UnmarshalJSON takes the object out of its text.
func (o *Object) UnmarshalJSON(value []byte) error {
	var text string
	if len(value) > 0 && value[0] == '"' {
		if err := json.Unmarshal(value, &text); err != nil {
			return err
		}
		value = []byte(text)
	}
	*o = bytes.Clone(value)
	return nil
}

// MarshalJSON shows the object as it is.
func (o Object) MarshalJSON() ([]byte, error) {
	if len(o) == 0 {
		return []byte("null"), nil
	}
	return o, nil
}
