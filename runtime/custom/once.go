package custom

import (
	"bytes"
	"context"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime"
	"github.com/fcemu/fcemu/runtime/process"
)

// maxVariable is how long a variable of the environment may be on Linux, its name and its end included.
const maxVariable = 128 << 10

// eventVariable hands the event to an image that serves nothing. Source: FC 2.0 event handlers of custom
// containers.
func eventVariable(call *emulator.Invocation) (string, error) {
	const name = "FC_CUSTOM_CONTAINER_EVENT="
	switch {
	case call == nil: // only the image is wanted
		return name, nil
	case call.HTTP != nil:
		return "", notStarted("webServerMode is false: the image takes events, and no HTTP requests")
	case len(name)+len(call.Event) >= maxVariable:
		return "", emulator.InvalidArgument("webServerMode is false: the event becomes a variable of the environment, "+
			"and its %d bytes are more than the %d that fit", len(call.Event), maxVariable-1-len(name))
	case bytes.IndexByte(call.Event, 0) >= 0:
		return "", emulator.InvalidArgument("webServerMode is false: the event becomes a variable of the environment, which cannot hold its zero byte")
	}
	return name + string(call.Event), nil
}

// follow opens the session of an image that serves nothing.
func follow(_ context.Context, p process.Process) (runtime.Session, error) { return once{p}, nil }

// once is an image that was started with its event.
type once struct{ process process.Process }

// Invoke waits for the end, which is the answer: status 0 is success.
func (o once) Invoke(context.Context, runtime.Call, emulator.Answer) (runtime.Reply, error) {
	<-o.process.Done()
	if !o.process.Exit().Well() {
		return runtime.Reply{}, runtime.ErrEnded
	}
	return runtime.Reply{}, nil
}

// Close has nothing to free.
func (o once) Close() {}
