package store

import "strings"

// conditions collects the WHERE terms of a list and their arguments.
type conditions struct {
	terms []string
	args  []any
}

func (w *conditions) add(term string, args ...any) {
	w.terms = append(w.terms, term)
	w.args = append(w.args, args...)
}

func (w *conditions) text() string {
	if len(w.terms) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(w.terms, " AND ")
}

// prefixEnd returns the least text greater than every text that begins with prefix, or "" when
// there is none. SQLite compares text by bytes.
func prefixEnd(prefix string) string {
	end := []byte(prefix)
	for i := len(end) - 1; i >= 0; i-- {
		if end[i] < 0xff {
			end[i]++
			return string(end[:i+1])
		}
	}
	return ""
}

// limited is the LIMIT of a list: SQLite takes a negative one as none.
func limited(limit int) int64 {
	if limit <= 0 {
		return -1
	}
	return int64(limit)
}

// solid keeps an empty blob from being NULL.
func solid(bytes []byte) []byte {
	if bytes == nil {
		return []byte{}
	}
	return bytes
}
