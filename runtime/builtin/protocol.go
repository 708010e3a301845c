// Package builtin runs functions of the built-in runtimes: it finds the interpreter, starts it with
// a small bootstrap of ours, and speaks to that over two inherited pipes.
//
// # The line
//
// The bootstrap reads from descriptor 3 and writes to descriptor 4; the other ends of these pipes are
// ours. Nothing is polled or looked up: a call that is sent before the interpreter runs waits in the
// pipe. Both sides send frames:
//
//	frame  length uint32, of what follows; kind uint8; number uint32; body      (big-endian)
//
// The number is that of the call, which its reply has, too; 0 where there is none.
//
// Emulator to bootstrap:
//
//	kind 255, once, first: the setup. A list of strings, each after its length (uint32), in the
//	order of setupFields; what only one language takes follows until the end: module folders,
//	jars, the time limit of the initializer and the folder of libraries, or how many calls Node.js
//	takes at a time.
//	kind 254, before that one, to a bootstrap that was started before it was known for which function:
//	a list of strings, the working folder and then the variables that it lacks, KEY=value.
//	kind 253, before a call whose credentials are not those that the bootstrap was told last: a list of
//	strings, access key id, secret and security token.
//	kind 0…3: a call; the kind is the emulator.Hook. deadline uint64 (Unix ms), retry count uint32,
//	length of the request id uint8, length of the qualifier uint8, request id, qualifier, event.
//	kind 4: a request to the handler as an HTTP handler of FC 2.0. The same as a call, but in place of
//	the event: length of the head uint32, head, body of the request until the end. The head is the
//	JSON of runtime.HTTPParams: {"method", "path", "rawPath", "requestURI", "clientIP", "host",
//	"queriesMap": {name: [value]}, "headersMap": {name: [value]}}, path without the proxy prefix.
//
// Bootstrap to emulator, one for each call, in any order where several are under way:
//
//	kind 0 succeeded, 1 handled error, 2 unhandled error; the body is the answer or the error's JSON.
//	kind 3: what an HTTP handler answered. Length of the head uint32, head, body of the answer. The
//	head is the JSON that runtime.HTTPReply reads: {"status": 200, "headersMap": {name: [value]}}.
//
// What the function wrote to standard output and error has left the process before its reply does.
package builtin

import (
	"encoding/binary"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
)

const (
	kindCredentials = 253
	kindGiven       = 254 // a folder, or an empty text, and variables: see Ahead
	kindSetup       = 255
	kindHTTP        = 4 // beside the hooks

	replySucceeded = 0
	replyHandled   = 1
	replyUnhandled = 2
	replyHTTP      = 3

	headSize    = 4 + 1 + 4 // length, kind and number
	maxFrame    = 512 << 20 // bytes; more is a broken bootstrap
	smallEvent  = 64 << 10  // bytes; up to here a call is one write
	readBuffer  = 16 << 10  // bytes
	maxIDLength = 255       // bytes of a request id and of a qualifier
)

// setup is what a bootstrap is told once.
type setup struct {
	function    *emulator.Function
	codeDir     string // as given to the interpreter
	realCodeDir string // the same without symbolic links
	account     string
	region      string
	credentials *runtime.Credentials // of the context; nil: none
	search      []string             // what only this language takes
}

// setupFields lists the facts in the order that the bootstraps expect.
func (s *setup) setupFields() []string {
	fn := s.function
	life := fn.InstanceLifecycleConfig
	if life == nil {
		life = &emulator.InstanceLifecycle{}
	}
	log := fn.LogConfig
	if log == nil {
		log = &emulator.LogConfig{}
	}
	fields := []string{
		fn.Runtime, s.codeDir, s.realCodeDir,
		fn.Handler, hookHandler(life.Initializer), hookHandler(life.PreStop), hookHandler(life.PreFreeze),
		fn.FunctionName, strconv.Itoa(fn.MemorySize), strconv.Itoa(fn.Timeout), fn.VersionID,
		fn.Service, log.Project, log.Logstore,
		s.region, s.account,
	}
	return append(fields, credentialFields(s.credentials)...)
}

func credentialFields(c *runtime.Credentials) []string {
	if c == nil {
		c = &runtime.Credentials{}
	}
	return []string{c.AccessKeyID, c.AccessKeySecret, c.SecurityToken}
}

func hookHandler(hook *emulator.LifecycleHook) string {
	if hook == nil {
		return ""
	}
	return hook.Handler
}

// frame returns the whole setup frame.
func (s *setup) frame() []byte {
	return listFrame(make([]byte, 0, 1024), kindSetup, s.setupFields(), s.search)
}

// listFrame appends a frame of strings.
func listFrame(frames []byte, kind byte, lists ...[]string) []byte {
	begin := len(frames)
	frames = append(frames, 0, 0, 0, 0, kind, 0, 0, 0, 0)
	for _, list := range lists {
		for _, field := range list {
			frames = binary.BigEndian.AppendUint32(frames, uint32(len(field)))
			frames = append(frames, field...)
		}
	}
	binary.BigEndian.PutUint32(frames[begin:], uint32(len(frames)-begin-4))
	return frames
}

// appendCall appends a call's frame without its content, whose size it counts in.
func appendCall(frame []byte, call *runtime.Call, kind byte, number uint32, content int) []byte {
	id, qualifier := bounded(call.RequestID), bounded(call.Qualifier)
	size := 1 + 4 + 8 + 4 + 1 + 1 + len(id) + len(qualifier) + content
	var deadline uint64
	if !call.Deadline.IsZero() {
		deadline = uint64(call.Deadline.UnixMilli())
	}
	frame = binary.BigEndian.AppendUint32(frame, uint32(size))
	frame = append(frame, kind)
	frame = binary.BigEndian.AppendUint32(frame, number)
	frame = binary.BigEndian.AppendUint64(frame, deadline)
	frame = binary.BigEndian.AppendUint32(frame, uint32(call.RetryCount))
	frame = append(frame, byte(len(id)), byte(len(qualifier)))
	frame = append(frame, id...)
	return append(frame, qualifier...)
}

func bounded(text string) string {
	return text[:min(len(text), maxIDLength)]
}

// errorType turns the kind of a reply into what the caller is told.
func errorType(kind byte) emulator.ErrorType {
	switch kind {
	case replySucceeded, replyHTTP:
		return ""
	case replyHandled:
		return emulator.HandledInvocationError
	}
	return emulator.UnhandledInvocationError
}
