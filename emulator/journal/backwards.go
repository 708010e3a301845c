package journal

import (
	"bytes"
	"io"
	"os"
)

// backwardsChunk is read at a time, in bytes.
const backwardsChunk = 64 << 10

// backwards reads the complete lines of a file from its end.
type backwards struct {
	file   io.ReaderAt
	size   int64
	torn   int64  // bytes after the last line end
	offset int64  // of buffer in the file
	buffer []byte // not yet returned; ends with a line end, or is empty
}

func newBackwards(file *os.File) (*backwards, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	b := &backwards{file: file, size: info.Size(), offset: info.Size()}
	for {
		end := bytes.LastIndexByte(b.buffer, '\n')
		if end >= 0 || b.offset == 0 {
			b.torn = int64(len(b.buffer) - end - 1)
			b.buffer = b.buffer[:end+1]
			return b, nil
		}
		if err := b.fill(); err != nil {
			return nil, err
		}
	}
}

// fill puts the chunk before the buffer in front of it. Its size doubles with a long line, so that
// reading one costs no more than a few times its length.
func (b *backwards) fill() error {
	step := min(max(backwardsChunk, int64(len(b.buffer))), b.offset)
	joined := make([]byte, step+int64(len(b.buffer)))
	if _, err := b.file.ReadAt(joined[:step], b.offset-step); err != nil {
		return err
	}
	copy(joined[step:], b.buffer)
	b.buffer, b.offset = joined, b.offset-step
	return nil
}

// next returns the line before the one returned last, without its end, or io.EOF.
func (b *backwards) next() ([]byte, error) {
	for {
		if len(b.buffer) > 0 {
			body := b.buffer[:len(b.buffer)-1]
			if start := bytes.LastIndexByte(body, '\n') + 1; start > 0 || b.offset == 0 {
				b.buffer = b.buffer[:start]
				return body[start:], nil
			}
		}
		if b.offset == 0 {
			return nil, io.EOF
		}
		if err := b.fill(); err != nil {
			return nil, err
		}
	}
}
