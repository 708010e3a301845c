package project

import "strings"

// A template is the text of one scalar: literal parts and expressions ${…}, in order.
type template []part

// A part is either literal text or an expression.
type part struct {
	text string
	expr *expression
}

// An expression is what stands between ${ and }: a reference (vars.a.b) or a call (env('X', 'y')).
type expression struct {
	path []string   // of a reference; of a call, the way into its result
	call string     // name of the called function; empty for a reference
	args []template // of a call
}

// String is the expression much as it was written, for messages.
func (e *expression) String() string {
	if e.call == "" {
		return strings.Join(e.path, ".")
	}
	return e.call + "(…)"
}

// only returns the expression where the template is nothing else.
func (t template) only() *expression {
	if len(t) == 1 {
		return t[0].expr
	}
	return nil
}
