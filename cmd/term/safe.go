package term

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// SafeOut is a text of a function's, or of anybody else's, for standard output; SafeErr is one for
// standard error. In a pipe it is as it was written. On a terminal its colours pass, where colours do,
// and what else the terminal would obey shows as �: it could clear the screen or type for the user.
func (t *Terminal) SafeOut(text string) string { return t.safe(text, t.OnTerminal) }

// SafeErr is SafeOut for standard error.
func (t *Terminal) SafeErr(text string) string { return t.safe(text, t.errOnTerminal) }

const (
	escape = '\x1b'
	reset  = "\x1b[0m"
)

func (t *Terminal) safe(text string, seen bool) string {
	if !seen || strings.IndexFunc(text, obeyed) < 0 {
		return text
	}
	var out strings.Builder
	coloured := false
	for i := 0; i < len(text); {
		if n := colourLength(text[i:]); n > 0 {
			if t.colours {
				out.WriteString(text[i : i+n])
				coloured = true
			}
			i += n
			continue
		}
		c, n := utf8.DecodeRuneInString(text[i:])
		i += n
		switch {
		case c == '\r' && (i == len(text) || text[i] == '\n'): // part of the end of a line
		case obeyed(c):
			out.WriteRune(utf8.RuneError)
		default:
			out.WriteRune(c)
		}
	}
	if coloured {
		out.WriteString(reset) // or what follows would have the last one's colour
	}
	return out.String()
}

// obeyed tells what a terminal acts on, but for the end of a line and the tabulator. A byte that is no
// UTF-8 may be a control character to it.
func obeyed(c rune) bool {
	return c == utf8.RuneError || unicode.IsControl(c) && c != '\n' && c != '\t'
}

// colourLength is the length of the colour (SGR) sequence that a text begins with; 0 where it does not.
func colourLength(text string) int {
	rest, ok := strings.CutPrefix(text, string(escape)+"[")
	if !ok {
		return 0
	}
	end := strings.IndexFunc(rest, func(c rune) bool { return (c < '0' || c > '9') && c != ';' && c != ':' })
	if end < 0 || rest[end] != 'm' {
		return 0
	}
	return len(text) - len(rest) + end + 1
}
