package term

import (
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// Table prints rows under a head, columns wide enough for their cells, two blanks apart. What a
// terminal would obey is left out of the cells: they hold what others wrote. styles give the cells
// under a head their style.
func (t *Terminal) Table(head []string, rows [][]string, styles map[string]func(string) string) {
	widths := make([]int, len(head))
	for i, cell := range head {
		widths[i] = width(cell)
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = Plain(cell)
			widths[i] = max(widths[i], width(row[i]))
		}
	}
	t.row(head, widths, func(int) func(string) string { return t.Dim })
	for _, row := range rows {
		t.row(row, widths, func(i int) func(string) string { return styles[head[i]] })
	}
}

// Plain is a text on one line, without control characters (C0, DEL and C1).
func Plain(text string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\r' || c == '\t':
			return ' '
		case unicode.IsControl(c):
			return -1
		}
		return c
	}, text)
}

func (t *Terminal) row(cells []string, widths []int, styleOf func(column int) func(string) string) {
	var line strings.Builder
	for i, cell := range cells {
		blanks := widths[i] - width(cell) + 2
		if style := styleOf(i); style != nil {
			cell = style(cell)
		}
		line.WriteString(cell)
		if i < len(cells)-1 {
			line.WriteString(strings.Repeat(" ", blanks))
		}
	}
	t.Printf("%s\n", strings.TrimRight(line.String(), " "))
}

// width is how many columns of the terminal a text takes.
func width(text string) int {
	columns := 0
	for _, c := range text {
		columns += runewidth.RuneWidth(c)
	}
	return columns
}
