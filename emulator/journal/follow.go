package journal

import (
	"context"
	"iter"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// A follower takes followLines at a time and rests for gather after it was woken, so that a busy
// log wakes it some hundred times a second and not for every line.
const (
	followLines = 512
	gather      = 5 * time.Millisecond
)

// Follow yields the selected lines that there are (the newest q.Tail of them where that is set) and
// then each new one until ctx ends. It goes on from q.After, the Sequence of the last line seen.
// It never slows those who append: a follower that is slower than they are loses lines and gets a
// system line that says how many.
func (j *Journal) Follow(ctx context.Context, q emulator.LogQuery) iter.Seq2[emulator.LogLine, error] {
	return func(yield func(emulator.LogLine, error) bool) {
		q.After = j.cursor(q.After)
		view := j.look(q.After)
		filter := newFilter(q)
		if !view.replay(ctx, filter, yield) {
			return
		}
		j.live(ctx, filter, view.last, yield)
	}
}

// replay yields the backlog and tells whether to go on.
func (v *view) replay(ctx context.Context, f *filter, yield func(emulator.LogLine, error) bool) bool {
	more := true
	emit := func(line emulator.LogLine, err error) bool {
		if err != nil && ctx.Err() != nil { // the end of a follower is no error
			more = false
			return false
		}
		more = yield(line, err) && err == nil
		return more
	}
	if f.Tail == 0 {
		v.lines(ctx, f)(emit)
		return more
	}
	lines, err := v.tail(ctx, f)
	if err != nil {
		return emit(emulator.LogLine{}, err)
	}
	for _, line := range lines {
		if !emit(line, nil) {
			break
		}
	}
	return more
}

// live yields what arrives after cursor. What has arrived when ctx ends is yielded still: it may be why.
func (j *Journal) live(ctx context.Context, f *filter, cursor int64, yield func(emulator.LogLine, error) bool) {
	for ended := false; !ended; {
		ended = ctx.Err() != nil
		runs, first, arrived := j.newer(cursor)
		if len(runs) == 0 {
			rest(ctx, arrived)
			continue
		}
		if missed := first - cursor - 1; missed > 0 {
			line := systemLine("%d log lines were skipped: this reader was too slow", missed)
			line.Sequence = first - 1
			if !yield(line, nil) {
				return
			}
		}
		for _, run := range runs {
			for i := range run {
				if f.Admits(&run[i]) && !yield(run[i], nil) {
					return
				}
			}
			cursor = run[len(run)-1].Sequence
		}
	}
}

// newer returns the lines in memory after cursor and the sequence of the first of them; where there
// is none, a channel that is closed when one arrives.
func (j *Journal) newer(cursor int64) (runs [][]emulator.LogLine, first int64, arrived <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	runs = j.recent.after(cursor, followLines)
	if len(runs) > 0 {
		return runs, runs[0][0].Sequence, nil
	}
	if j.arrived == nil {
		j.arrived = make(chan struct{})
	}
	return nil, 0, j.arrived
}

// rest waits for arrived and a moment longer, or for the end of ctx.
func rest(ctx context.Context, arrived <-chan struct{}) {
	select {
	case <-ctx.Done():
		return
	case <-arrived:
	}
	pause := time.NewTimer(gather)
	defer pause.Stop()
	select {
	case <-ctx.Done():
	case <-pause.C:
	}
}
