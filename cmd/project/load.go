package project

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Options says what a project file cannot.
type Options struct {
	Env       func(name string) (string, bool) // the environment; os.LookupEnv by default. It goes before .env
	AccountID string                           // what ${config('AccountID')} gives
	Region    string                           // for resources that name none
	Endpoint  string                           // of the emulator, for ${resources.x.output.url}
	Select    []string                         // only these functions, by name or by resource; none = all
}

// Find returns the project file of a folder.
func Find(dir string) (string, error) {
	for _, name := range []string{"s.yaml", "s.yml"} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path, nil
		}
	}
	return "", &Error{Position: Position{File: dir}, Problem: "there is no s.yaml in this folder",
		Next: "name one with -t FILE, or deploy a folder with `fcemu deploy NAME --runtime … --code DIR`"}
}

// Load reads a project file. What is wrong in it is an Errors value, all of it at once.
func Load(ctx context.Context, path string, options Options) (*Project, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	src := &source{dir: filepath.Dir(absolute), stamps: map[string]stamp{}}
	text, err := src.read(absolute)
	if err != nil {
		return nil, Errors{{Position: Position{File: path}, Problem: "cannot read the project file: " + reason(err), Next: "name another with -t FILE"}}
	}
	l := &loader{ctx: ctx, source: src, options: options,
		project: &Project{File: path, Dir: src.dir}}
	root, err := document(path, text)
	if err != nil {
		l.report(err)
		return nil, l.errors
	}
	env, err := l.environment()
	if err != nil {
		l.report(err)
		return nil, l.errors
	}
	l.scope = scope{evaluator: &evaluator{source: src, options: options, env: env, root: root, file: path,
		region: options.Region, busy: map[*yaml.Node]bool{}, final: map[*yaml.Node]bool{}}}
	l.document()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return l.finish()
}

// loader gathers a project from one file. Faults are reported and reading goes on, so that a user
// sees them all.
type loader struct {
	ctx     context.Context
	source  *source
	options Options
	scope   scope // of the top of the file
	project *Project
	errors  Errors
	found   []string // names that Select could have meant
	older   bool     // the resource being read is in the words of FC 2.0
}

// environment is the environment with .env behind it.
func (l *loader) environment() (func(string) (string, bool), error) {
	first := l.options.Env
	if first == nil {
		first = os.LookupEnv
	}
	text, err := l.source.read(".env")
	if errors.Is(err, fs.ErrNotExist) {
		return first, nil
	}
	name := filepath.Join(filepath.Dir(l.project.File), ".env")
	if err != nil {
		return nil, &Error{Position: Position{File: name}, Problem: "cannot read the file: " + reason(err), Next: "make it readable, or remove it"}
	}
	values, err := parseDotenv(name, text)
	if err != nil {
		return nil, err
	}
	return func(name string) (string, bool) {
		if value, ok := first(name); ok {
			return value, true
		}
		value, ok := values[name]
		return value, ok
	}, nil
}

// document reads the top of the file.
func (l *loader) document() {
	top := l.object(l.scope, l.scope.root, "the file")
	if top.has("ROSTemplateFormatVersion") {
		l.fail(top.node, "this is a template.yml of the old fun tool, which is not read", "describe the functions in s.yaml")
		return
	}
	top.find("edition").touch()
	l.project.Name = top.text("name")
	for _, name := range []string{"vars", "access"} {
		top.find(name).touch()
	}
	for name, effect := range map[string]string{
		"actions":  "actions are not run yet",
		"template": "resources do not inherit from template yet",
		"flow":     "the order of flow is not needed and is ignored",
		"extend":   "the file that is extended is not read yet",
		"env":      "environments are not read yet",
	} {
		if one := top.find(name); one != nil {
			one.touch()
			l.note(one.key, effect)
		}
	}
	sections := []*object{top.inner("resources"), top.inner("services")}
	top.unknown("edition", "name", "access", "vars", "resources", "services", "actions", "template", "flow", "extend")
	count := 0
	for _, section := range sections {
		for _, one := range section.fields {
			count++
			l.resource(one)
		}
	}
	if count == 0 && len(l.errors) == 0 {
		l.fail(top.node, "the file describes no resource", "describe a function under resources")
	}
}

// finish checks the whole and puts it in order.
func (l *loader) finish() (*Project, error) {
	l.twice()
	l.rivals()
	for _, name := range l.options.Select {
		if !slices.Contains(l.found, name) && len(l.errors) == 0 {
			l.errors = append(l.errors, &Error{Position: Position{File: l.project.File},
				Problem: "no function is called " + name, Next: "there are: " + strings.Join(slices.Compact(l.found), ", ")})
		}
	}
	if len(l.errors) > 0 {
		return nil, l.errors.tidy()
	}
	notices := l.project.Notices
	sort.Slice(notices, func(i, j int) bool {
		a, b := notices[i], notices[j]
		return cmp.Or(comparePositions(a.Position, b.Position), cmp.Compare(a.Text, b.Text)) < 0
	})
	l.project.Notices = slices.Compact(l.project.Notices)
	l.project.stamps = l.source.stamps
	l.project.Files = slices.Sorted(maps.Keys(l.source.stamps))
	return l.project, nil
}

// twice refuses two functions of one name.
func (l *loader) twice() {
	seen := map[string]Position{}
	for _, fn := range l.project.Functions {
		name := fn.Name.String()
		if first, taken := seen[name]; taken {
			l.errors = append(l.errors, &Error{Position: fn.Position,
				Problem: fmt.Sprintf("the function %s is described at line %d already", name, first.Line), Next: "give one of them another name"})
			continue
		}
		seen[name] = fn.Position
	}
}

// selected tells whether a function is asked for.
func (l *loader) selected(resource string, names ...string) bool {
	names = append(names, resource)
	l.found = append(l.found, names...)
	if len(l.options.Select) == 0 {
		return true
	}
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(l.options.Select, name) })
}

func (l *loader) position(node *yaml.Node) Position {
	if node == nil {
		return Position{File: l.project.File}
	}
	return Position{File: l.project.File, Line: node.Line, Column: node.Column}
}

func (l *loader) fail(node *yaml.Node, problem, next string) {
	l.errors = append(l.errors, &Error{Position: l.position(node), Problem: problem, Next: next})
}

// report keeps an error of the evaluator.
func (l *loader) report(err error) {
	if err == nil {
		return
	}
	one := &Error{}
	if !errors.As(err, &one) {
		one = &Error{Position: Position{File: l.project.File}, Problem: err.Error()}
	}
	l.errors = append(l.errors, one)
}

func (l *loader) note(node *yaml.Node, text string) {
	l.project.Notices = append(l.project.Notices, Notice{Position: l.position(node), Text: text})
}

// words gives a member's name in the generation being read, and then in the other one.
func (l *loader) words(newer, older string) (name, also string) {
	if l.older {
		return older, newer
	}
	return newer, older
}

// touch marks a member as taken. A missing one is no member.
func (f *field) touch() {
	if f != nil {
		f.taken = true
	}
}
