package term

import (
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Table prints rows under a head, columns wide enough for their cells, two blanks apart. Cells may
// carry styles.
func (t *Terminal) Table(head []string, rows [][]string) {
	widths := make([]int, len(head))
	for i, cell := range head {
		widths[i] = lipgloss.Width(cell)
	}
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	styled := make([]string, len(head))
	for i, cell := range head {
		styled[i] = t.Dim(cell)
	}
	t.row(styled, widths)
	for _, row := range rows {
		t.row(row, widths)
	}
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
