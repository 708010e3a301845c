package journal

import "github.com/fcemu/fcemu/emulator"

// blockLines is how many lines one block takes.
const blockLines = 128

// lineOverhead is what a line costs in memory beside its text, in bytes.
const lineOverhead = 160

// block is an append-only run of lines. A reader may keep a slice of it after the lock is gone,
// since lines that are in it never change and never move.
type block struct {
	lines []emulator.LogLine
	bytes int
}

// ring holds the newest lines in blocks. Its owner does the locking.
type ring struct {
	blocks  []*block
	bytes   int   // of all lines here
	pending int   // of the lines not written yet
	written int64 // sequence of the newest line that is on disk
}

func (r *ring) add(line emulator.LogLine) {
	if n := len(r.blocks); n == 0 || len(r.blocks[n-1].lines) == blockLines {
		r.blocks = append(r.blocks, &block{lines: make([]emulator.LogLine, 0, blockLines)})
	}
	last := r.blocks[len(r.blocks)-1]
	last.lines = append(last.lines, line)
	cost := len(line.Text) + lineOverhead
	last.bytes += cost
	r.bytes += cost
	r.pending += cost
}

// trim drops the oldest blocks beyond limit bytes, but none that is not on disk yet, nor the newest.
func (r *ring) trim(limit int) {
	for len(r.blocks) > 1 && r.bytes > limit {
		oldest := r.blocks[0]
		if oldest.lines[len(oldest.lines)-1].Sequence > r.written {
			return
		}
		r.bytes -= oldest.bytes
		r.blocks[0] = nil
		r.blocks = r.blocks[1:]
	}
}

// after returns runs of lines, at most limit lines in all (0 = no limit), that follow sequence.
// It copies no line.
func (r *ring) after(sequence int64, limit int) [][]emulator.LogLine {
	var runs [][]emulator.LogLine
	count := 0
	for i := r.blockAfter(sequence); i < len(r.blocks); i++ {
		lines := r.blocks[i].lines
		if skip := sequence - lines[0].Sequence + 1; skip > 0 {
			lines = lines[skip:]
		}
		if limit > 0 && count+len(lines) > limit {
			lines = lines[:limit-count]
		}
		if len(lines) == 0 {
			break
		}
		count += len(lines)
		runs = append(runs, lines)
	}
	return runs
}

// blockAfter finds the block in which the first line after sequence is.
func (r *ring) blockAfter(sequence int64) int {
	i := len(r.blocks)
	for i > 0 && r.blocks[i-1].lines[0].Sequence > sequence+1 {
		i--
	}
	if i > 0 && sequence+1 <= r.blocks[i-1].lines[len(r.blocks[i-1].lines)-1].Sequence {
		i--
	}
	return i
}

// first is the sequence of the oldest line here, or next when there is none.
func (r *ring) first(next int64) int64 {
	if len(r.blocks) == 0 {
		return next
	}
	return r.blocks[0].lines[0].Sequence
}

// wrote notes that all lines up to sequence, which cost bytes, are on disk.
func (r *ring) wrote(sequence int64, bytes int) {
	r.written = sequence
	r.pending -= bytes
}
