package journal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/journal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// run opens a journal and lets it write; stop ends it and waits until all is on disk.
func run(t testing.TB, dir string, o journal.Options) (j *journal.Journal, stop func()) {
	t.Helper()
	j, err := journal.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return j, stop
}

func read(t testing.TB, j *journal.Journal, q emulator.LogQuery) []emulator.LogLine {
	t.Helper()
	lines, err := j.Read(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func texts(lines []emulator.LogLine) []string {
	list := []string{}
	for _, line := range lines {
		list = append(list, line.Text)
	}
	return list
}

func fill(j *journal.Journal, from, to int) {
	for i := from; i < to; i++ {
		j.Append(emulator.LogLine{
			Time: time.Unix(int64(1000+i), 0).UTC(), Function: fmt.Sprintf("f%d", i%2), RequestID: fmt.Sprintf("r-%d-", i/10),
			TaskID: fmt.Sprintf("t-%d-", i/5), InstanceID: "c-1", Stream: "stdout", Qualifier: "LATEST", Text: fmt.Sprintf("line %d", i),
		})
	}
}

func numbered(from, to, step int) []string {
	list := []string{}
	for i := from; i < to; i += step {
		list = append(list, fmt.Sprintf("line %d", i))
	}
	return list
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("did not come: " + what)
		}
	}
}

func onDisk(dir string) string {
	names, _ := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	var all strings.Builder
	for _, name := range names {
		text, _ := os.ReadFile(name)
		all.Write(text)
	}
	return all.String()
}

// small makes memory and segments so small that reading has to join them.
var small = journal.Options{MemoryBytes: 40 << 10, SegmentBytes: 30 << 10, FlushAfter: time.Millisecond}

func TestReadFilters(t *testing.T) {
	const n = 1000
	for name, o := range map[string]journal.Options{"in memory": {}, "memory and disk": small} {
		t.Run(name, func(t *testing.T) {
			j, stop := run(t, t.TempDir(), o)
			for i := 0; i < n; i += 100 {
				fill(j, i, i+100)
			}
			if name == "memory and disk" {
				stop()
			}
			for query, c := range map[string]struct {
				q    emulator.LogQuery
				want []string
			}{
				"all":                   {emulator.LogQuery{}, numbered(0, n, 1)},
				"function":              {emulator.LogQuery{Function: "f1"}, numbered(1, n, 2)},
				"request":               {emulator.LogQuery{RequestID: "r-3-"}, numbered(30, 40, 1)},
				"task":                  {emulator.LogQuery{TaskID: "t-150-"}, numbered(750, 755, 1)},
				"since":                 {emulator.LogQuery{Since: time.Unix(1990, 0)}, numbered(990, n, 1)},
				"match":                 {emulator.LogQuery{Match: regexp.MustCompile(`^line \d99$`)}, numbered(199, n, 100)},
				"after":                 {emulator.LogQuery{After: 995}, numbered(995, n, 1)},
				"after, old":            {emulator.LogQuery{After: 10}, numbered(10, n, 1)},
				"tail":                  {emulator.LogQuery{Tail: 3}, numbered(n-3, n, 1)},
				"long tail":             {emulator.LogQuery{Tail: 900}, numbered(100, n, 1)},
				"tail beyond":           {emulator.LogQuery{Tail: n + 1}, numbered(0, n, 1)},
				"tail of a function":    {emulator.LogQuery{Tail: 400, Function: "f0"}, numbered(200, n, 2)},
				"tail of a request":     {emulator.LogQuery{Tail: 2, RequestID: "r-3-"}, numbered(38, 40, 1)},
				"tail after":            {emulator.LogQuery{Tail: 900, After: 500}, numbered(500, n, 1)},
				"tail since":            {emulator.LogQuery{Tail: 900, Since: time.Unix(1800, 0)}, numbered(800, n, 1)},
				"nothing":               {emulator.LogQuery{Function: "f"}, []string{}},
				"cursor from elsewhere": {emulator.LogQuery{After: 1 << 40, RequestID: "r-3-"}, numbered(30, 40, 1)},
			} {
				if diff := cmp.Diff(c.want, texts(read(t, j, c.q))); diff != "" {
					t.Errorf("%s: %s", query, diff)
				}
			}
			got := read(t, j, emulator.LogQuery{After: 6, RequestID: "r-0-", Tail: 1})
			want := []emulator.LogLine{{Sequence: 10, Time: time.Unix(1009, 0).UTC(), Function: "f1", Qualifier: "LATEST", InstanceID: "c-1",
				RequestID: "r-0-", TaskID: "t-1-", Stream: "stdout", Text: "line 9"}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStaysBounded(t *testing.T) {
	dir := t.TempDir()
	o := journal.Options{Segments: 3, SegmentBytes: 20 << 10, MemoryBytes: 1, FlushAfter: time.Millisecond}
	j, stop := run(t, dir, o)
	for i := range 20 {
		fill(j, i*100, i*100+100)
		last := fmt.Sprintf("line %d\"", i*100+99)
		eventually(t, last, func() bool { return strings.Contains(onDisk(dir), last) })
	}
	stop()
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	if len(names) != 3 {
		t.Errorf("segments: %v", names)
	}
	if size := len(onDisk(dir)); size > 150<<10 {
		t.Errorf("%d bytes on disk", size)
	}
	got := texts(read(t, j, emulator.LogQuery{}))
	if len(got) < 100 || got[len(got)-1] != "line 1999" || got[0] == "line 0" {
		t.Errorf("%d lines from %s", len(got), got[0])
	}
}

func TestRestartContinues(t *testing.T) {
	dir := t.TempDir()
	j, stop := run(t, dir, journal.Options{})
	fill(j, 0, 10)
	before := j.Last()
	stop()
	j, stop = run(t, dir, journal.Options{})
	fill(j, 10, 20)
	if diff := cmp.Diff(numbered(0, 20, 1), texts(read(t, j, emulator.LogQuery{}))); diff != "" {
		t.Error(diff)
	}
	resumed := read(t, j, emulator.LogQuery{After: before})
	if diff := cmp.Diff(numbered(10, 20, 1), texts(resumed)); diff != "" {
		t.Error(diff)
	}
	if first := resumed[0].Sequence; first <= before {
		t.Errorf("the sequence went back from %d to %d", before, first)
	}
	stop()
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 1 {
		t.Errorf("a restart began a new segment though the last had room: %v", names)
	}
}

func TestTornLineIsCutOff(t *testing.T) {
	dir := t.TempDir()
	j, stop := run(t, dir, journal.Options{})
	fill(j, 0, 3)
	stop()
	name := filepath.Join(dir, "0000000000000001.ndjson")
	file, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("not a line\n" + `{"seq":4,"message":"` + strings.Repeat("half ", 40_000)); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	j, stop = run(t, dir, journal.Options{})
	fill(j, 3, 6)
	stop()
	for _, q := range []emulator.LogQuery{{}, {Tail: 100}} {
		if diff := cmp.Diff(numbered(0, 6, 1), texts(read(t, j, q))); diff != "" {
			t.Error(diff)
		}
	}
	if strings.Contains(onDisk(dir), "half") {
		t.Error("the torn line is still there")
	}
	j, _ = run(t, dir, journal.Options{})
	if diff := cmp.Diff(numbered(0, 6, 1), texts(read(t, j, emulator.LogQuery{}))); diff != "" {
		t.Error(diff)
	}
}

func TestLineReachesDiskSoon(t *testing.T) {
	dir := t.TempDir()
	j, _ := run(t, dir, journal.Options{})
	for i := range 3 { // the writer has gone to sleep in between
		start := time.Now()
		fill(j, i, i+1)
		want := fmt.Sprintf("line %d\"", i)
		eventually(t, want, func() bool { return strings.Contains(onDisk(dir), want) })
		if took := time.Since(start); took > time.Second {
			t.Errorf("line %d took %v", i, took)
		}
	}
}

// A journal that nobody writes out must bound its memory and say what it dropped.
func TestDropsAndTells(t *testing.T) {
	dir := t.TempDir()
	j, err := journal.Open(dir, journal.Options{PendingBytes: 10 << 10, FlushAfter: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	fill(j, 0, 1000)
	kept := len(read(t, j, emulator.LogQuery{}))
	if kept < 20 || kept > 100 {
		t.Fatalf("%d lines kept", kept)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- j.Run(ctx) }()
	eventually(t, "the writing", func() bool { return strings.Count(onDisk(dir), "\n") == kept })
	eventually(t, "room", func() bool { fill(j, 1000, 1001); return len(read(t, j, emulator.LogQuery{})) > kept })
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	got := read(t, j, emulator.LogQuery{After: int64(kept)})
	if len(got) < 2 || got[0].Stream != "system" || !strings.HasPrefix(got[0].Text, fmt.Sprintf("%d log lines were dropped", 1000-kept)) {
		t.Errorf("got %v", texts(got))
	}
}

func TestDiskFailureIsToldAndSurvived(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("root may write anywhere: a file in the place of the folder stands in for a full disk")
	}
	dir := filepath.Join(t.TempDir(), "logs")
	j, _ := run(t, dir, journal.Options{FlushAfter: time.Millisecond})
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fill(j, 0, 1)
	eventually(t, "the system line", func() bool {
		return len(read(t, j, emulator.LogQuery{Match: regexp.MustCompile("cannot be written")})) == 1
	})
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the line", func() bool { return strings.Contains(onDisk(dir), "line 0") })
}

func TestOpenRefusesAFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "logs")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(name, journal.Options{}); err == nil {
		t.Error("no error")
	}
}

func TestManyWriters(t *testing.T) {
	j, stop := run(t, t.TempDir(), small)
	var group sync.WaitGroup
	for w := range 8 {
		group.Go(func() {
			for i := range 500 {
				j.Append(emulator.LogLine{Time: time.Now(), Function: fmt.Sprint(w), Text: fmt.Sprint(i)})
				if i%100 == 0 {
					_, _ = j.Read(context.Background(), emulator.LogQuery{Function: fmt.Sprint(w)})
				}
			}
		})
	}
	group.Wait()
	stop()
	all := read(t, j, emulator.LogQuery{})
	if len(all) != 4000 {
		t.Fatalf("%d lines", len(all))
	}
	next := map[string]int{}
	for i, line := range all {
		if line.Sequence != int64(i+1) || line.Text != fmt.Sprint(next[line.Function]) {
			t.Fatalf("line %d is %+v", i, line)
		}
		next[line.Function]++
	}
}
