package runtime

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// lastOutput is how long the output of a program that has ended may take to be read.
const lastOutput = 10 * time.Second

// Command is a program that a client runs inside an instance: with its environment, in its code
// folder and, where it has an address of its own, with its ports. It ends with the instance.
type Command struct {
	process  process.Process
	terminal *process.Terminal // nil without
	in       *os.File          // nil without input
	out, err *os.File          // nil where nobody wants to read
}

// Exec starts a command in an instance of a function. ctx bounds the start alone; whoever calls
// has to Close the command.
func (p *Pool) Exec(ctx context.Context, name emulator.Name, instanceID string, what emulator.Exec) (*Command, error) {
	inst := p.visit(name, instanceID)
	if inst == nil {
		return nil, emulator.InstanceNotFound(name, instanceID)
	}
	if !p.track() {
		inst.group.leave(inst)
		return nil, emulator.InstanceNotFound(name, instanceID)
	}
	inst.thaw()
	c, err := inst.exec(ctx, what)
	if err != nil {
		inst.group.leave(inst)
		p.alive.Done()
		return nil, err
	}
	go func() {
		<-c.process.Done()
		c.process.Kill() // its descendants
		inst.group.leave(inst)
		p.alive.Done()
	}()
	return c, nil
}

// visit finds an instance that serves and keeps it from being retired as idle.
func (p *Pool) visit(name emulator.Name, id string) *instance {
	for _, g := range p.allGroups() {
		if g.fn.Name() != name {
			continue
		}
		if inst := g.visit(id); inst != nil {
			return inst
		}
	}
	return nil
}

func (g *group) visit(id string) *instance {
	g.mu.Lock()
	defer g.mu.Unlock()
	for inst := range g.instances {
		if inst.id == id && wait(inst.ready, 0) && inst.failure == nil && !inst.exited() {
			inst.visitors++
			return inst
		}
	}
	return nil
}

func (g *group) leave(inst *instance) {
	g.mu.Lock()
	inst.visitors--
	inst.lastUsed = time.Now()
	rest := g.rests(inst)
	g.mu.Unlock()
	if rest {
		inst.rest()
	}
}

// exec starts the command beside the instance's own program.
func (i *instance) exec(ctx context.Context, what emulator.Exec) (*Command, error) {
	spec := process.Spec{Dir: i.place.dir, Account: i.place.account, Beside: i.process, Env: i.told}
	if own, ok := i.process.(process.Inspector); ok && i.told == nil {
		spec.Env = own.Environment()
	}
	path, err := findProgram(what.Command[0], &i.place, spec.Env)
	if err != nil {
		return nil, err
	}
	spec.Path, spec.Args = path, what.Command[1:]
	c := &Command{}
	theirs, err := c.open(what, &spec)
	defer closeFiles(theirs)
	if err != nil {
		c.closeFiles()
		return nil, err
	}
	if c.process, err = i.pool.options.Launcher.Start(ctx, spec); err != nil {
		c.closeFiles()
		var number syscall.Errno
		if errors.As(err, &number) {
			if number == syscall.ENOENT && !strings.ContainsRune(path, '/') {
				return nil, notInPath(path)
			}
			return nil, emulator.InvalidArgument("the command does not start: %v", err)
		}
		return nil, err
	}
	return c, nil
}

// open makes the streams. The files that it returns are the program's.
func (c *Command) open(what emulator.Exec, spec *process.Spec) (theirs []*os.File, err error) {
	if what.TTY {
		return c.openTerminal(what, spec)
	}
	pipe := func(wanted bool) (read, write *os.File) {
		if !wanted || err != nil {
			return nil, nil
		}
		read, write, err = os.Pipe()
		return read, write
	}
	spec.Stdin, c.in = pipe(what.Stdin)
	c.out, spec.Stdout = pipe(what.Stdout)
	c.err, spec.Stderr = pipe(what.Stderr)
	return []*os.File{spec.Stdin, spec.Stdout, spec.Stderr}, err
}

func (c *Command) openTerminal(what emulator.Exec, spec *process.Spec) (theirs []*os.File, err error) {
	if c.terminal, err = process.OpenTerminal(); err != nil {
		return nil, emulator.InvalidArgument("tty is set, but there is no terminal: %v", err)
	}
	if what.Stdin {
		c.in = c.terminal.File
	}
	c.out = c.terminal.File // read even if unwanted: a terminal that nobody reads stops the program
	side := c.terminal.Program
	spec.Stdin, spec.Stdout, spec.Stderr, spec.Terminal = side, side, side, true
	if variable(spec.Env, "TERM") == "" {
		spec.Env = append(spec.Env[:len(spec.Env):len(spec.Env)], "TERM=xterm")
	}
	return []*os.File{side}, nil
}

// Write sends input to the program; it blocks while the program does not read. Without input it
// is lost.
func (c *Command) Write(p []byte) (int, error) {
	if c.in == nil {
		return len(p), nil
	}
	return c.in.Write(p)
}

// CloseInput is the end of the input, for a program that is on no terminal.
func (c *Command) CloseInput() {
	if c.terminal == nil && c.in != nil {
		_ = c.in.Close()
	}
}

// Stdout is what the program writes, on a terminal together with its errors; nil if not wanted.
func (c *Command) Stdout() io.Reader { return reader(c.out) }

// Stderr is nil if not wanted and on a terminal.
func (c *Command) Stderr() io.Reader { return reader(c.err) }

func reader(file *os.File) io.Reader {
	if file == nil {
		return nil
	}
	return output{file}
}

// output ends where its program does, be it a pipe or a terminal.
type output struct{ *os.File }

func (o output) Read(p []byte) (int, error) {
	n, err := o.File.Read(p)
	if err != nil && (errors.Is(err, syscall.EIO) || errors.Is(err, os.ErrClosed) || errors.Is(err, os.ErrDeadlineExceeded)) {
		err = io.EOF
	}
	return n, err
}

// Resize changes the size of the terminal, if there is one.
func (c *Command) Resize(columns, rows uint16) error {
	if c.terminal == nil {
		return nil
	}
	return c.terminal.Resize(columns, rows)
}

// Wait returns the exit code when the program has ended, as a shell tells it.
func (c *Command) Wait() int {
	<-c.process.Done()
	c.process.Kill()
	// A descendant that got away, where the system allows that, may hold a pipe for ever.
	for _, file := range []*os.File{c.out, c.err} {
		if file != nil {
			_ = file.SetReadDeadline(time.Now().Add(lastOutput))
		}
	}
	return exitCode(c.process.Exit())
}

// Kill ends the program, if it has not ended, with its descendants.
func (c *Command) Kill() { c.process.Kill() }

// Close is Kill, and frees the streams.
func (c *Command) Close() {
	c.process.Kill()
	c.closeFiles()
}

func (c *Command) closeFiles() {
	closeFiles([]*os.File{c.in, c.out, c.err})
	if c.terminal != nil {
		_ = c.terminal.Close()
	}
}

func closeFiles(files []*os.File) {
	for _, file := range files {
		if file != nil {
			_ = file.Close() // twice for a terminal: that does no harm
		}
	}
}

// findProgram looks a command up as a shell with this environment would; where the instance has
// paths of its own, that is done inside.
func findProgram(name string, place *Place, env []string) (string, error) {
	dir := place.dir
	if strings.ContainsRune(name, '/') {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return name, nil
	}
	if place.Mounts != nil {
		return name, nil
	}
	for _, folder := range filepath.SplitList(variable(env, "PATH")) {
		path := filepath.Join(folder, name)
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", notInPath(name)
}

func notInPath(name string) *emulator.Error {
	return emulator.InvalidArgument("the command '%s' is not in the PATH of the instance", name)
}

// variable is the last of that name, which is the one that counts.
func variable(env []string, name string) (value string) {
	for _, entry := range env {
		if key, text, _ := strings.Cut(entry, "="); key == name {
			value = text
		}
	}
	return value
}
