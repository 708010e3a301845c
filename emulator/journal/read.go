package journal

import (
	"bufio"
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"github.com/fcemu/fcemu/emulator"
)

// view is the journal at one moment: lines before first are on disk, the others in runs.
type view struct {
	segments []segment
	runs     [][]emulator.LogLine
	first    int64
	last     int64
}

// look takes a view of what follows after.
func (j *Journal) look(after int64) view {
	j.mu.Lock()
	defer j.mu.Unlock()
	return view{
		segments: append([]segment(nil), j.segments...),
		runs:     j.recent.after(after, 0),
		first:    j.recent.first(j.last + 1),
		last:     j.last,
	}
}

// Read returns the selected lines, oldest first: with q.Tail the newest so many, else all of them.
// Long logs are better taken from Lines, one by one.
func (j *Journal) Read(ctx context.Context, q emulator.LogQuery) ([]emulator.LogLine, error) {
	q.After = j.cursor(q.After)
	view := j.look(q.After)
	if q.Tail > 0 {
		return view.tail(ctx, newFilter(q))
	}
	var lines []emulator.LogLine
	for line, err := range view.lines(ctx, newFilter(q)) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// Lines yields the selected lines that the journal holds now, oldest first. q.Tail is not looked
// at. An error ends it.
func (j *Journal) Lines(ctx context.Context, q emulator.LogQuery) iter.Seq2[emulator.LogLine, error] {
	return func(yield func(emulator.LogLine, error) bool) {
		q.After = j.cursor(q.After)
		view := j.look(q.After)
		view.lines(ctx, newFilter(q))(yield)
	}
}

// cursor tells a cursor of this journal from one that a reader kept from another, e.g. from an
// emulator whose state was thrown away: that one starts anew.
func (j *Journal) cursor(after int64) int64 {
	if after > j.Last() {
		return 0
	}
	return after
}

func (v *view) lines(ctx context.Context, f *filter) iter.Seq2[emulator.LogLine, error] {
	return func(yield func(emulator.LogLine, error) bool) {
		for i, s := range v.segments {
			if i+1 < len(v.segments) && v.segments[i+1].first <= f.After+1 || !v.needs(s, f) {
				continue
			}
			if more, err := v.scan(ctx, s, f, yield); err != nil {
				yield(emulator.LogLine{}, err)
				return
			} else if !more {
				return
			}
		}
		for _, run := range v.runs {
			for i := range run {
				if f.Admits(&run[i]) && !yield(run[i], nil) {
					return
				}
			}
		}
	}
}

// needs tells whether s has lines that are wanted and not in memory.
func (v *view) needs(s segment, f *filter) bool { return s.first < v.first && f.After+1 < v.first }

// scan reads one segment forwards up to where memory begins.
func (v *view) scan(ctx context.Context, s segment, f *filter, yield func(emulator.LogLine, error) bool) (more bool, err error) {
	file, err := openSegment(s)
	if file == nil {
		return true, err
	}
	defer file.Close()
	if old, err := f.tooOld(file); old || err != nil {
		return true, err
	}
	reader := bufio.NewReaderSize(file, backwardsChunk)
	for {
		text, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return true, nil // what stands before is torn, or still being written and in memory
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return false, err
		}
		line, ok := f.decode(text)
		if ok && line.Sequence >= v.first {
			return true, nil
		}
		if ok && !yield(line, nil) {
			return false, nil
		}
	}
}

// tail collects from the end and stops as soon as it has enough.
func (v *view) tail(ctx context.Context, f *filter) ([]emulator.LogLine, error) {
	var found []emulator.LogLine
	for _, run := range slices.Backward(v.runs) {
		for i := len(run) - 1; i >= 0 && len(found) < f.Tail; i-- {
			if f.Admits(&run[i]) {
				found = append(found, run[i])
			}
		}
	}
	for _, s := range slices.Backward(v.segments) {
		if len(found) >= f.Tail || !v.needs(s, f) {
			continue
		}
		older, err := v.scanBack(ctx, s, f, f.Tail-len(found))
		if err != nil {
			return nil, err
		}
		found = append(found, older...)
		if s.first <= f.After {
			break
		}
	}
	slices.Reverse(found)
	return found, nil
}

// scanBack returns up to limit lines of one segment, newest first.
func (v *view) scanBack(ctx context.Context, s segment, f *filter, limit int) ([]emulator.LogLine, error) {
	file, err := openSegment(s)
	if file == nil {
		return nil, err
	}
	defer file.Close()
	if old, err := f.tooOld(file); old || err != nil {
		return nil, err
	}
	reader, err := newBackwards(file)
	if err != nil {
		return nil, err
	}
	var found []emulator.LogLine
	for len(found) < limit {
		text, err := reader.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if line, ok := f.decode(text); ok && line.Sequence < v.first {
			found = append(found, line)
		}
	}
	return found, nil
}
