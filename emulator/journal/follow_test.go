package journal_test

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/journal"
)

// follow collects n lines, calling each in between.
func follow(t *testing.T, j *journal.Journal, q emulator.LogQuery, n int, each func(got int)) []emulator.LogLine {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var lines []emulator.LogLine
	for line, err := range j.Follow(ctx, q) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
		if len(lines) == n {
			return lines
		}
		each(len(lines))
	}
	t.Fatalf("ended after %d of %d lines: %v", len(lines), n, texts(lines))
	return nil
}

func TestFollowJoinsBacklogAndNews(t *testing.T) {
	const n = 1000
	j, _ := run(t, t.TempDir(), small)
	fill(j, 0, n)
	got := follow(t, j, emulator.LogQuery{}, 2*n, func(got int) {
		if next := got + 50; next >= n && next < 2*n { // from near the end of the backlog on, line by line
			fill(j, next, next+1)
		}
	})
	if diff := cmp.Diff(numbered(0, 2*n, 1), texts(got)); diff != "" {
		t.Error(diff)
	}
}

func TestFollowTailAndFilter(t *testing.T) {
	j, _ := run(t, t.TempDir(), journal.Options{})
	fill(j, 0, 100)
	got := follow(t, j, emulator.LogQuery{Tail: 2, Function: "f1"}, 4, func(got int) {
		if got == 2 {
			fill(j, 100, 104)
		}
	})
	if diff := cmp.Diff([]string{"line 97", "line 99", "line 101", "line 103"}, texts(got)); diff != "" {
		t.Error(diff)
	}
}

func TestFollowResumes(t *testing.T) {
	j, _ := run(t, t.TempDir(), small)
	fill(j, 0, 500)
	first := follow(t, j, emulator.LogQuery{}, 250, func(int) {})
	second := follow(t, j, emulator.LogQuery{After: first[249].Sequence}, 250, func(int) {})
	if diff := cmp.Diff(numbered(0, 500, 1), texts(append(first, second...))); diff != "" {
		t.Error(diff)
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	j, _ := run(t, t.TempDir(), journal.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for line, err := range j.Follow(ctx, emulator.LogQuery{}) {
		t.Errorf("got %v %v", line, err)
	}
}

func TestSlowFollowerSkipsAndIsTold(t *testing.T) {
	dir := t.TempDir()
	j, _ := run(t, dir, small)
	fill(j, 0, 1)
	got := follow(t, j, emulator.LogQuery{Match: regexp.MustCompile("line (0|1|9999)$")}, 4, func(got int) {
		switch got {
		case 1:
			fill(j, 1, 2)
		case 2: // while this follower does not ask for more
			fill(j, 2, 10000)
			eventually(t, "the writing", func() bool { return strings.Contains(onDisk(dir), `line 9999"`) })
		}
	})
	if got[0].Text != "line 0" || got[1].Text != "line 1" || got[3].Text != "line 9999" {
		t.Fatalf("got %v", texts(got))
	}
	told := got[2]
	if told.Stream != "system" || !strings.Contains(told.Text, "log lines were skipped") || told.Sequence <= got[1].Sequence {
		t.Errorf("got %+v", told)
	}
	var missed int64
	if _, err := fmt.Sscanf(told.Text, "%d", &missed); err != nil || missed <= 0 || missed > 9998 {
		t.Errorf("missed %d %v", missed, err)
	}
}

var typical = emulator.LogLine{Time: time.Now(), Function: "hello", InstanceID: "c-1", RequestID: "1-a", Stream: "stdout", Text: strings.Repeat("x", 80)}

// burst is as many lines as fit in memory without being written.
const burst = 30_000

func BenchmarkAppend(b *testing.B) {
	var j *journal.Journal
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%burst == 0 {
			b.StopTimer()
			j, _ = journal.Open(b.TempDir(), journal.Options{})
			b.StartTimer()
		}
		j.Append(typical)
	}
}

// BenchmarkWrite is the whole way of a line to the disk, with a follower and a writer at work.
func BenchmarkWrite(b *testing.B) {
	dir := b.TempDir()
	j, _ := run(b, dir, journal.Options{FlushAfter: time.Millisecond})
	lines := 0
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range j.Follow(ctx, emulator.LogQuery{}) {
		}
	}()
	defer func() { cancel(); <-done }()
	for b.Loop() {
		for range burst {
			j.Append(typical)
		}
		lines += burst
		eventually(b, "the writing", func() bool { return j.Written() >= int64(lines) })
	}
	b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
}

func BenchmarkTail(b *testing.B) {
	j, stop := run(b, b.TempDir(), journal.Options{MemoryBytes: 1})
	for i := range 20 {
		fill(j, i*1000, i*1000+1000)
	}
	stop()
	for b.Loop() {
		if got := read(b, j, emulator.LogQuery{Tail: 100}); len(got) != 100 {
			b.Fatal(len(got))
		}
	}
}
