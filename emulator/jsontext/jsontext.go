// Package jsontext writes JSON strings by hand, where that is on the way of every request.
package jsontext

import (
	"strings"
	"unicode/utf8"
)

// AppendString writes a JSON string; each byte that is no UTF-8 becomes U+FFFD.
func AppendString(to []byte, text string) []byte {
	if !utf8.ValidString(text) {
		text = strings.Map(func(r rune) rune { return r }, text)
	}
	to = append(to, '"')
	to = AppendEscaped(to, text)
	return append(to, '"')
}

// AppendEscaped writes valid UTF-8 as the inside of a JSON string.
func AppendEscaped[T string | []byte](to []byte, text T) []byte {
	const hex = "0123456789abcdef"
	begin := 0
	for i := range len(text) {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		to = append(to, text[begin:i]...)
		begin = i + 1
		switch c {
		case '"', '\\':
			to = append(to, '\\', c)
		case '\n':
			to = append(to, '\\', 'n')
		case '\r':
			to = append(to, '\\', 'r')
		case '\t':
			to = append(to, '\\', 't')
		default:
			to = append(to, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(to, text[begin:]...)
}
