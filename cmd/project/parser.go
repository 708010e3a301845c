package project

import (
	"fmt"
	"strings"
)

// syntaxError is a fault at a byte offset of the scalar's text.
type syntaxError struct {
	offset  int
	problem string
}

func (e *syntaxError) Error() string { return e.problem }

// maxNesting bounds calls within calls.
const maxNesting = 32

// hasExpression tells whether a text needs parsing at all.
func hasExpression(text string) bool { return strings.Contains(text, "${") }

// parseTemplate reads a scalar's text.
func parseTemplate(text string) (template, error) {
	p := &parser{text: text}
	return p.template(0)
}

// parser is a recursive-descent reader over text.
type parser struct {
	text string
	at   int
}

func (p *parser) fail(offset int, format string, args ...any) error {
	return &syntaxError{offset: offset, problem: fmt.Sprintf(format, args...)}
}

func (p *parser) template(depth int) (template, error) {
	var parts template
	for {
		start := p.at
		next := strings.Index(p.text[start:], "${")
		if next < 0 {
			if start < len(p.text) || len(parts) == 0 {
				parts = append(parts, part{text: p.text[start:]})
			}
			p.at = len(p.text)
			return parts, nil
		}
		if next > 0 {
			parts = append(parts, part{text: p.text[start : start+next]})
		}
		p.at = start + next
		expr, err := p.braced(depth)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{expr: expr})
	}
}

// braced reads "${ expression }" at the current place.
func (p *parser) braced(depth int) (*expression, error) {
	start := p.at
	if depth > maxNesting {
		return nil, p.fail(start, "the expression is nested more than %d deep", maxNesting)
	}
	p.at += len("${")
	p.spaces()
	switch {
	case p.rest("}"):
		return nil, p.fail(start, "the expression ${} is empty")
	case p.at >= len(p.text):
		return nil, p.fail(start, "the expression that begins here has no closing }")
	}
	expr, err := p.expression(depth)
	if err != nil {
		return nil, err
	}
	p.spaces()
	if p.at >= len(p.text) {
		return nil, p.fail(start, "the expression that begins here has no closing }")
	}
	if !p.rest("}") {
		return nil, p.fail(p.at, "cannot read %q in the expression", clip(p.text[p.at:]))
	}
	p.at++
	return expr, nil
}

func (p *parser) expression(depth int) (*expression, error) {
	start := p.at
	word := p.word()
	if word == "" {
		return nil, p.fail(start, "cannot read %q in the expression", clip(p.text[start:]))
	}
	mark := p.at
	p.spaces()
	if !p.rest("(") {
		p.at = mark
		return &expression{path: splitPath(word)}, nil
	}
	p.at++
	args, err := p.arguments(depth + 1)
	if err != nil {
		return nil, err
	}
	call := &expression{call: word, args: args}
	if p.rest(".") || p.rest("[") {
		call.path = splitPath(p.word())
	}
	return call, nil
}

// arguments reads up to and with the closing parenthesis.
func (p *parser) arguments(depth int) ([]template, error) {
	start := p.at
	if depth > maxNesting {
		return nil, p.fail(start, "the expression is nested more than %d deep", maxNesting)
	}
	var args []template
	for {
		p.spaces()
		if p.rest(")") && len(args) == 0 {
			p.at++
			return nil, nil
		}
		arg, err := p.argument(depth)
		if err != nil {
			return nil, err
		}
		args = append(args, arg)
		p.spaces()
		switch {
		case p.rest(","):
			p.at++
		case p.rest(")"):
			p.at++
			return args, nil
		default:
			return nil, p.fail(start, "the call that begins here has no closing )")
		}
	}
}

func (p *parser) argument(depth int) (template, error) {
	switch {
	case p.rest("'"), p.rest(`"`):
		return p.quoted(depth)
	case p.rest("${"):
		expr, err := p.braced(depth)
		return template{{expr: expr}}, err
	}
	mark := p.at
	word := p.word()
	if p.spaces(); word != "" && p.rest("(") || reaches(word) {
		p.at = mark
		expr, err := p.expression(depth)
		return template{{expr: expr}}, err
	}
	p.at = mark
	return template{{text: p.bare()}}, nil
}

// quoted reads a quoted argument. It may hold expressions of its own.
func (p *parser) quoted(depth int) (template, error) {
	start, quote := p.at, p.text[p.at]
	var raw strings.Builder
	for p.at++; p.at < len(p.text) && p.text[p.at] != quote; p.at++ {
		if p.text[p.at] == '\\' && p.at+1 < len(p.text) && p.text[p.at+1] == quote {
			p.at++
		}
		raw.WriteByte(p.text[p.at])
	}
	if p.at >= len(p.text) {
		return nil, p.fail(start, "the quote %c that begins here is not closed", quote)
	}
	p.at++
	inner := &parser{text: raw.String()}
	parts, err := inner.template(depth + 1)
	if err != nil {
		return nil, p.fail(start, "%s", err.Error())
	}
	return parts, nil
}

// bare reads an unquoted argument, which edition 1.0.0 allows: env(HOME), path(./a).
func (p *parser) bare() string {
	start := p.at
	for p.at < len(p.text) && !strings.ContainsRune(",)}", rune(p.text[p.at])) {
		p.at++
	}
	return strings.TrimSpace(p.text[start:p.at])
}

// word reads a name with its dots and indexes: vars.list[0].name
func (p *parser) word() string {
	start := p.at
	for p.at < len(p.text) && wordByte(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *parser) spaces() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *parser) rest(prefix string) bool { return strings.HasPrefix(p.text[p.at:], prefix) }

func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' ||
		b >= 0x80 || strings.IndexByte("_-.@[]", b) >= 0
}

// reaches tells whether an unquoted argument is a reference rather than plain text.
func reaches(word string) bool {
	root, _, dotted := strings.Cut(word, ".")
	switch root {
	case "vars", "this", "resources", "services", "components":
		return dotted
	}
	return false
}

// splitPath makes "a.b[0].c" into its steps.
func splitPath(word string) []string {
	word = strings.NewReplacer("[", ".", "]", "").Replace(word)
	return strings.Split(strings.Trim(word, "."), ".")
}

// clip shortens a text for a message.
func clip(text string) string {
	const most = 24
	text, _, _ = strings.Cut(text, "\n")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
