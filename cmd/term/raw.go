package term

import (
	"os"

	xterm "github.com/charmbracelet/x/term"
	"github.com/mattn/go-isatty"
)

// Conversational tells whether somebody sits at both ends: input and output are a terminal.
func (t *Terminal) Conversational() bool {
	in, out := t.files()
	return in != nil && out != nil && isatty.IsTerminal(in.Fd()) && isatty.IsTerminal(out.Fd())
}

func (t *Terminal) files() (in, out *os.File) {
	in, _ = t.In.(*os.File)
	out, _ = t.Plain().(*os.File)
	return in, out
}

// Raw passes every key on as it is pressed, until restore is called.
func (t *Terminal) Raw() (restore func(), err error) {
	in, _ := t.files()
	before, err := xterm.MakeRaw(in.Fd())
	if err != nil {
		return func() {}, err
	}
	return func() { _ = xterm.Restore(in.Fd(), before) }, nil
}

// Size is that of the terminal in characters; 0 where it cannot be told.
func (t *Terminal) Size() (columns, rows int) {
	_, out := t.files()
	columns, rows, err := xterm.GetSize(out.Fd())
	if err != nil {
		return 0, 0
	}
	return columns, rows
}
