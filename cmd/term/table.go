package term

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/lipgloss"
)

// Table prints rows under a head, columns wide enough for their cells, two blanks apart. What a
// terminal would obey is left out of the cells: they hold what others wrote. styles give the cells
// under a head their style.
func (t *Terminal) Table(head []string, rows [][]string, styles map[string]func(string) string) {
	widths := make([]int, len(head))
	for i, cell := range head {
		widths[i] = lipgloss.Width(cell)
	}
	for _, row := range rows {
		for i, cell := range row {
			row[i] = Plain(cell)
			widths[i] = max(widths[i], lipgloss.Width(row[i]))
		}
	}
	styled := make([]string, len(head))
	for i, cell := range head {
		styled[i] = t.Dim(cell)
	}
	t.row(styled, widths)
	for _, row := range rows {
		for i, cell := range row {
			if style := styles[head[i]]; style != nil {
				row[i] = style(cell)
			}
		}
		t.row(row, widths)
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

func (t *Terminal) row(cells []string, widths []int) {
	var line strings.Builder
	for i, cell := range cells {
		line.WriteString(cell)
		if i < len(cells)-1 {
			line.WriteString(strings.Repeat(" ", widths[i]-lipgloss.Width(cell)+2))
		}
	}
	t.Printf("%s\n", strings.TrimRight(line.String(), " "))
}
