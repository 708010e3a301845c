package project

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseTemplate(t *testing.T) {
	call := func(name string, args ...template) *expression { return &expression{call: name, args: args} }
	text := func(s string) template { return template{{text: s}} }
	ref := func(path ...string) *expression { return &expression{path: path} }
	expr := func(e *expression) template { return template{{expr: e}} }
	for in, want := range map[string]template{
		"":                        text(""),
		"plain $HOME {x}":         text("plain $HOME {x}"),
		"${vars.a.b}":             expr(ref("vars", "a", "b")),
		"${ vars.a }":             expr(ref("vars", "a")),
		"${vars.list[0].x-y}":     expr(ref("vars", "list", "0", "x-y")),
		"a${vars.b}c${vars.d}":    {{text: "a"}, {expr: ref("vars", "b")}, {text: "c"}, {expr: ref("vars", "d")}},
		"${env('X')}":             expr(call("env", text("X"))),
		`${env("X", "it's")}`:     expr(call("env", text("X"), text("it's"))),
		"${env(X)}":               expr(call("env", text("X"))),
		"${env( X , some text )}": expr(call("env", text("X"), text("some text"))),
		"${env('X', vars.a)}":     expr(call("env", text("X"), expr(ref("vars", "a")))),
		"${env('X', path('..'))}": expr(call("env", text("X"), expr(call("path", text(".."))))),
		"${env('X', '${vars.a}/b')}": expr(call("env", text("X"),
			template{{expr: ref("vars", "a")}, {text: "/b"}})),
		"${env(X, ${vars.a})}":   expr(call("env", text("X"), expr(ref("vars", "a")))),
		"${path(./a/b.json)}":    expr(call("path", text("./a/b.json"))),
		"${config(AccountID)}":   expr(call("config", text("AccountID"))),
		"${json(file('a')).x.y}": expr(&expression{call: "json", args: []template{expr(call("file", text("a")))}, path: []string{"x", "y"}}),
		"${env('a\\'b')}":        expr(call("env", text("a'b"))),
		"${env('X', '')}":        expr(call("env", text("X"), text(""))),
		"${now()}":               expr(call("now")),
	} {
		got, err := parseTemplate(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(part{}, expression{})); diff != "" {
			t.Errorf("%s: -want +got:\n%s", in, diff)
		}
	}
}

func TestParseTemplateRefuses(t *testing.T) {
	for in, want := range map[string]int{
		"${":                           0,
		"x ${}":                        2,
		"x ${vars.a":                   2,
		"${env('X}":                    6,
		"${env('X'}":                   6,
		"${env('X' 'Y')}":              6,
		"${vars.a || 'b'}":             9,
		"${'text'}":                    2,
		"${env('x', '${y')}":           11,
		strings.Repeat("${env(", 1000): 6 * (maxNesting + 1),
	} {
		_, err := parseTemplate(in)
		syntax, ok := err.(*syntaxError)
		if !ok {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if syntax.offset != want {
			t.Errorf("%s: refused at %d (%s), want %d", clip(in), syntax.offset, syntax.problem, want)
		}
	}
}

// FuzzTemplate: any text is parsed or refused within itself; what has no expression stays as it is.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{"", "a ${vars.b} c", "${env('X', '${path(./a)}')}", "${json(file('x')).y[0]}", "${", "${a(b,c", "$${x}}", "${env('\\''", "日${本}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parts, err := parseTemplate(text)
		if err != nil {
			syntax, ok := err.(*syntaxError)
			if !ok || syntax.offset < 0 || syntax.offset > len(text) {
				t.Fatalf("refused outside of the text: %v", err)
			}
			return
		}
		var plain strings.Builder
		for _, one := range parts {
			if one.expr == nil {
				plain.WriteString(one.text)
			} else if one.expr.call == "" && len(one.expr.path) == 0 {
				t.Fatal("an expression of nothing")
			}
		}
		if !hasExpression(text) && plain.String() != text {
			t.Fatalf("%q became %q", text, plain.String())
		}
	})
}
