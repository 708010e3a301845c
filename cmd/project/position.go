package project

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a project file. Line and Column count from 1; a zero Line means the whole file.
type Position struct {
	File   string
	Line   int
	Column int
}

// String is "file:line:column", or the file alone.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Notice tells something that the user should know but that stops nothing.
type Notice struct {
	Position Position
	Text     string
}

// String is the notice in one line.
func (n Notice) String() string { return n.Position.String() + ": " + n.Text }

// Error is one thing that is wrong in a project file.
type Error struct {
	Position Position
	Problem  string // what is wrong
	Next     string // what to do about it
}

// Error is one line: "file:line:column: what is wrong; next step".
func (e *Error) Error() string {
	text := e.Position.String() + ": " + e.Problem
	if e.Next != "" {
		text += "; " + e.Next
	}
	return text
}

// Errors is everything that is wrong in a project file, in the order of the file.
type Errors []*Error

// Error has one line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As access to each.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, one := range e {
		all[i] = one
	}
	return all
}

// tidy sorts by place and drops repetitions, which arise where two functions share a faulty value.
func (e Errors) tidy() Errors {
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(comparePositions(a.Position, b.Position), cmp.Compare(a.Problem, b.Problem))
	})
	return slices.CompactFunc(e, func(a, b *Error) bool { return *a == *b })
}

func comparePositions(a, b Position) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}
