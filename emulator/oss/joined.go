package oss

import (
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// joinedParts reads the parts of an upload as one body, and finds the ETag of the whole: the MD5 of
// the parts' MD5s.
type joinedParts struct {
	*call
	id    string
	parts []part
	next  int
	file  fs.File
	md5   sums
	whole sums
	err   error
}

// Read reads on, from part to part.
func (j *joinedParts) Read(p []byte) (int, error) {
	for {
		if j.file == nil {
			if j.next == len(j.parts) {
				return 0, io.EOF
			}
			if j.file, j.err = j.root.Open(partFile(j.id, j.parts[j.next].PartNumber)); j.err != nil {
				j.file, j.err = nil, j.invalid()
				return 0, j.err
			}
			j.md5 = newSums()
		}
		n, err := j.file.Read(p)
		_, _ = j.md5.Write(p[:n])
		if err != io.EOF {
			return n, err
		}
		if want := strings.Trim(j.parts[j.next].ETag, `"`); !strings.EqualFold(want, j.md5.etag()) {
			j.err = j.invalid()
			return 0, j.err
		}
		_, _ = j.whole.Write(j.md5.md5.Sum(nil))
		j.close()
		j.next++
		if n > 0 {
			return n, nil
		}
	}
}

func (j *joinedParts) invalid() error {
	return refuse(400, "InvalidPart", "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.",
		"PartNumber", strconv.Itoa(j.parts[j.next].PartNumber))
}

func (j *joinedParts) close() {
	if j.file != nil {
		_ = j.file.Close() // was only read
		j.file = nil
	}
}
