package journal

import (
	"bytes"
	"errors"
	"io"
	"os"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// disorder is how far the times of neighbouring lines may be out of order.
const disorder = time.Minute

// filter is a query made ready for many lines.
type filter struct {
	emulator.LogQuery
	needles [][]byte // each stands somewhere in every line that can be meant
}

func newFilter(q emulator.LogQuery) *filter {
	f := &filter{LogQuery: q}
	for _, text := range []string{q.RequestID, q.TaskID, q.Function, q.Qualifier} {
		if text != "" && !bytes.ContainsFunc([]byte(text), escaped) {
			f.needles = append(f.needles, []byte(`"`+text+`"`))
		}
	}
	return f
}

// escaped tells whether JSON may show r in another form.
func escaped(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r > '~' }

// decode reads a line of a segment if it is selected. Most lines that are not are told by their
// bytes, without reading JSON.
func (f *filter) decode(text []byte) (emulator.LogLine, bool) {
	if f.After > 0 && sequenceOf(text) <= f.After {
		return emulator.LogLine{}, false
	}
	for _, needle := range f.needles {
		if !bytes.Contains(text, needle) {
			return emulator.LogLine{}, false
		}
	}
	line, ok := decode(text)
	return line, ok && f.Admits(&line)
}

// sequenceOf reads the sequence at the beginning of an encoded line; of anything else it is 0.
func sequenceOf(text []byte) (sequence int64) {
	digits, ok := bytes.CutPrefix(text, []byte(`{"seq":`))
	for i := 0; ok && i < len(digits) && i < 18 && '0' <= digits[i] && digits[i] <= '9'; i++ {
		sequence = sequence*10 + int64(digits[i]-'0')
	}
	return sequence
}

// tooOld tells whether all of a segment is older than the query wants, by its last line.
func (f *filter) tooOld(file *os.File) (bool, error) {
	if f.Since.IsZero() {
		return false, nil
	}
	reader, err := newBackwards(file)
	if err != nil {
		return false, err
	}
	text, err := reader.next()
	if err != nil {
		return errors.Is(err, io.EOF), nil
	}
	line, ok := decode(text)
	return ok && line.Time.Add(disorder).Before(f.Since), nil
}
