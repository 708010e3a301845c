package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

const segmentSuffix = ".ndjson"

// segment is one file of lines, one JSON object each, named by the sequence of its first line.
type segment struct {
	path  string
	first int64
}

func newSegment(dir string, first int64) segment {
	return segment{path: filepath.Join(dir, fmt.Sprintf("%016d%s", first, segmentSuffix)), first: first}
}

// listSegments finds the segments in dir, oldest first. Other files are left alone.
func listSegments(dir string) ([]segment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var list []segment
	for _, entry := range entries {
		number, ok := strings.CutSuffix(entry.Name(), segmentSuffix)
		first, err := strconv.ParseInt(number, 10, 64)
		if ok && err == nil && first > 0 && entry.Type().IsRegular() {
			list = append(list, segment{path: filepath.Join(dir, entry.Name()), first: first})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].first < list[j].first })
	return list, nil
}

// repair cuts a half-written line off the newest segment and returns the sequence of the newest
// line of all.
func repair(segments []segment) (int64, error) {
	var last int64
	for i := len(segments) - 1; i >= 0; i-- {
		newest := i == len(segments)-1
		sequence, err := lastSequence(segments[i], newest)
		if err != nil {
			return 0, fmt.Errorf("cannot read the log %s: %w", segments[i].path, err)
		}
		last = max(last, sequence, segments[i].first-1)
		if sequence > 0 {
			break
		}
	}
	return last, nil
}

func lastSequence(s segment, cut bool) (int64, error) {
	file, err := os.OpenFile(s.path, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lines, err := newBackwards(file)
	if err != nil {
		return 0, err
	}
	if cut && lines.torn > 0 {
		if err := file.Truncate(lines.size - lines.torn); err != nil {
			return 0, err
		}
	}
	for {
		text, err := lines.next()
		if errors.Is(err, io.EOF) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		if line, ok := decode(text); ok {
			return line.Sequence, nil
		}
	}
}

// decode reads one line of a segment. What is not a line of ours is no error: it is passed over.
func decode(text []byte) (emulator.LogLine, bool) {
	var line emulator.LogLine
	if json.Unmarshal(text, &line) != nil || line.Sequence <= 0 {
		return emulator.LogLine{}, false
	}
	return line, true
}

// openSegment opens s for reading; a segment that was dropped meanwhile is (nil, nil).
func openSegment(s segment) (*os.File, error) {
	file, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return file, err
}
