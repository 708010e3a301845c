package metrics

import (
	"bufio"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ContentType is that of the text format, version 0.0.4.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// Label is one label of a sample.
type Label struct{ Name, Value string }

// Text writes the text exposition format. Family comes before the samples of its name; call Flush
// at the end.
type Text struct {
	out    *bufio.Writer
	number [32]byte
}

// NewText writes to w.
func NewText(w io.Writer) *Text { return &Text{out: bufio.NewWriterSize(w, 16<<10)} }

// Flush sends what is left and returns the first error of the writer.
func (t *Text) Flush() error { return t.out.Flush() }

// The writer below keeps its first error until Flush.
func (t *Text) put(texts ...string) {
	for _, text := range texts {
		_, _ = t.out.WriteString(text)
	}
}

// Family begins a metric. kind is counter, gauge or histogram.
func (t *Text) Family(name, kind, help string) {
	t.put("# HELP ", name, " ", strings.NewReplacer(`\`, `\\`, "\n", `\n`).Replace(help), "\n# TYPE ", name, " ", kind, "\n")
}

// Sample writes one line.
func (t *Text) Sample(name string, value float64, labels ...Label) {
	t.put(name)
	for i, label := range labels {
		separator := ","
		if i == 0 {
			separator = "{"
		}
		t.put(separator, label.Name, `="`, escape(label.Value), `"`)
	}
	if len(labels) > 0 {
		t.put("}")
	}
	t.put(" ")
	_, _ = t.out.Write(t.format(value))
	t.put("\n")
}

// Histogram writes the lines of one histogram.
func (t *Text) Histogram(name string, h Histogram, labels ...Label) {
	for _, bucket := range h.Buckets {
		t.Sample(name+"_bucket", float64(bucket.Count), with(labels, "le", string(t.format(bucket.LE)))...)
	}
	t.Sample(name+"_bucket", float64(h.Count), with(labels, "le", "+Inf")...)
	t.Sample(name+"_sum", h.SumSeconds, labels...)
	t.Sample(name+"_count", float64(h.Count), labels...)
}

func with(labels []Label, name, value string) []Label {
	return append(labels[:len(labels):len(labels)], Label{name, value})
}

// format writes whole numbers as such: a reader of the text should not meet 1e+06.
func (t *Text) format(value float64) []byte {
	switch {
	case math.IsInf(value, 1):
		return append(t.number[:0], "+Inf"...)
	case math.IsInf(value, -1):
		return append(t.number[:0], "-Inf"...)
	case value == math.Trunc(value) && math.Abs(value) < 1<<53:
		return strconv.AppendInt(t.number[:0], int64(value), 10)
	}
	return strconv.AppendFloat(t.number[:0], value, 'g', -1, 64)
}

// escape makes a label value: backslash, quote and line end have escapes, and all is UTF-8.
func escape(value string) string {
	if !strings.ContainsAny(value, "\\\"\n") && utf8.ValidString(value) {
		return value
	}
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(value, "\uFFFD"))
}
