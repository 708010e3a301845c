package process

import (
	"encoding/binary"
	"errors"
)

// messageKind says what a message is about.
type messageKind = int64

// From the emulator to its guardian.
const (
	askTier   messageKind = iota + 1 // try what this machine allows
	askStart                         // start a program
	askSignal                        // signal a program's group
	askKill                          // end a program and all its descendants
	askMount                         // give a running program folders at paths of its own
	askFreeze                        // stop a program and its descendants
	askThaw                          // let them go on
)

// From the guardian to the emulator.
const (
	tellTier    messageKind = iota + 100 // Text: why programs cannot have addresses, Path: nor paths of their own; empty: they can
	tellStarted                          // PID, or Code (errno) and Text
	tellListen                           // Port as the program asked for, Address as it got
	tellExit                             // Code, Signal, MaxRSS, CPU
	tellGone                             // no process of the instance is left
	tellTrouble                          // Text: something that the user should know
	tellMounted                          // Code (errno) and Text, where it failed
)

// message is everything that emulator and guardian say to each other; a kind uses some fields.
type message struct {
	Kind        messageKind
	ID          int64 // of the instance
	Descriptors int64 // how many travel along

	Path    string
	Dir     string
	Args    []string
	Env     []string
	Tag     int64  // mark that all processes of the instance carry; 0 = none
	Port    int64  // TCP port
	Address string // of the instance, or address and port of a listener
	Streams int64  // bits: which of the standard streams travel along, in the order 0, 1, 2
	Leads   int64  // 1: the program leads a session whose terminal is its standard input
	Beside  int64  // the instance that shares its address; 0 = none

	Private int64    // 1: the program has mounts of its own, which follow; see Mounts
	CodeDir string   // /code
	Layers  []string // /opt
	Tmp     int64    // bytes of /tmp
	Binds   []string // source, target and ro or rw, again and again
	Root    string   // the folder that is its root
	Disk    int64    // bytes that it can write there
	Account []string // user, group and further groups that it runs as; none: the guardian's

	PID    int64
	Code   int64
	Signal int64
	MaxRSS int64 // bytes
	CPU    int64 // nanoseconds
	Text   string
}

const (
	hasStdin = 1 << iota
	hasStdout
	hasStderr
)

// visit passes every field through c; the one list serves both directions.
func (m *message) visit(c *codec) {
	for _, number := range []*int64{
		&m.Kind, &m.ID, &m.Descriptors, &m.Tag, &m.Port, &m.Streams, &m.Leads, &m.Beside,
		&m.PID, &m.Code, &m.Signal, &m.MaxRSS, &m.CPU, &m.Private, &m.Tmp, &m.Disk,
	} {
		c.number(number)
	}
	for _, text := range []*string{&m.Path, &m.Dir, &m.Address, &m.Text, &m.CodeDir, &m.Root} {
		c.text(text)
	}
	for _, list := range []*[]string{&m.Args, &m.Env, &m.Layers, &m.Binds, &m.Account} {
		c.list(list)
	}
}

func (m *message) encode(into []byte) []byte {
	c := codec{data: into, writing: true}
	m.visit(&c)
	return c.data
}

func decode(data []byte) (*message, error) {
	c := codec{data: data}
	m := new(message)
	m.visit(&c)
	if c.bad {
		return nil, errors.New("a message between emulator and guardian cannot be read")
	}
	return m, nil
}

// codec writes or reads values one after the other.
type codec struct {
	data    []byte
	writing bool
	bad     bool
}

func (c *codec) number(value *int64) {
	if c.writing {
		c.data = binary.AppendVarint(c.data, *value)
		return
	}
	got, n := binary.Varint(c.data)
	if n <= 0 {
		c.bad, c.data = true, nil
		return
	}
	*value, c.data = got, c.data[n:]
}

func (c *codec) text(value *string) {
	size := int64(len(*value))
	c.number(&size)
	if c.writing {
		c.data = append(c.data, *value...)
		return
	}
	if size < 0 || size > int64(len(c.data)) {
		c.bad, c.data = true, nil
		return
	}
	*value, c.data = string(c.data[:size]), c.data[size:]
}

func (c *codec) list(values *[]string) {
	count := int64(len(*values))
	c.number(&count)
	if !c.writing {
		if count < 0 || count > int64(len(c.data)) { // an empty text takes a byte
			c.bad, c.data = true, nil
			return
		}
		*values = make([]string, count)
	}
	for i := range *values {
		c.text(&(*values)[i])
	}
}
