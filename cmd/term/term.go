// Package term is the terminal as one value: where to print, whether in colour, how tables look.
// Tests replace it by buffers.
package term

import (
	"fmt"
	"io"
	"os"

	"github.com/charmbracelet/lipgloss"
	"github.com/mattn/go-isatty"
	"github.com/muesli/termenv"
)

// Terminal is what a command reads from and prints to.
type Terminal struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer

	Interactive   bool // standard error is a terminal and nobody asked for plain text
	OnTerminal    bool // standard output is a terminal
	errOnTerminal bool
	colours       bool
	renderer      *lipgloss.Renderer
}

// System is the process's own terminal. NO_COLOR, a pipe and CI=true give plain text.
func System() *Terminal {
	plain := os.Getenv("NO_COLOR") != "" || os.Getenv("CI") == "true"
	onTerminal, errOnTerminal := isatty.IsTerminal(os.Stdout.Fd()), isatty.IsTerminal(os.Stderr.Fd())
	terminal := New(os.Stdin, os.Stdout, os.Stderr, onTerminal && !plain)
	terminal.Interactive = errOnTerminal && !plain
	terminal.OnTerminal, terminal.errOnTerminal = onTerminal, errOnTerminal
	terminal.Out = &output{Writer: os.Stdout}
	return terminal
}

// New returns a terminal on the given streams.
func New(in io.Reader, out, errs io.Writer, colour bool) *Terminal {
	profile := termenv.Ascii
	if colour {
		profile = termenv.ANSI256
	}
	renderer := lipgloss.NewRenderer(out, termenv.WithProfile(profile))
	renderer.SetColorProfile(profile)
	renderer.SetHasDarkBackground(true) // asking the terminal would cost a round trip at every start
	return &Terminal{In: in, Out: out, Err: errs, colours: colour, renderer: renderer}
}

// Printf prints to standard output.
func (t *Terminal) Printf(format string, args ...any) { _, _ = fmt.Fprintf(t.Out, format, args...) }

// Notef prints to standard error: progress and notices, never a result.
func (t *Terminal) Notef(format string, args ...any) { _, _ = fmt.Fprintf(t.Err, format, args...) }

// Bold, Dim, Good, Warn and Bad give a text its style.
func (t *Terminal) Bold(text string) string { return t.renderer.Output().String(text).Bold().String() }

// Dim is for what matters less.
func (t *Terminal) Dim(text string) string { return t.colour("244", text) }

// Good is for what went well.
func (t *Terminal) Good(text string) string { return t.colour("42", text) }

// Warn is for what deserves a look.
func (t *Terminal) Warn(text string) string { return t.colour("214", text) }

// Bad is for what failed.
func (t *Terminal) Bad(text string) string { return t.colour("203", text) }

// Accent is for names and addresses.
func (t *Terminal) Accent(text string) string { return t.colour("39", text) }

// Status colours a task's state.
func (t *Terminal) Status(status string) string {
	switch status {
	case "Succeeded":
		return t.Good(status)
	case "Failed", "Expired", "Invalid":
		return t.Bad(status)
	case "Stopping", "Stopped", "Retrying":
		return t.Warn(status)
	case "Running":
		return t.Accent(status)
	}
	return t.Dim(status)
}

// colour goes past lipgloss.Style, whose layout of blocks of text nothing here needs: it would bring
// half a megabyte of tables along.
func (t *Terminal) colour(code, text string) string {
	output := t.renderer.Output()
	return output.String(text).Foreground(output.Color(code)).String()
}
