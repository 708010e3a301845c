package gateway

import (
	"maps"
	"net/textproto"
	"slices"

	"github.com/fcemu/fcemu/emulator"
)

// runHandler runs an HTTP handler of an FC 2.0 built-in runtime: request and answer travel whole.
func (c *call) runHandler(inv *invocation) *emulator.Error {
	body, refusal := c.readBody(emulator.MaxSyncPayload)
	if refusal != nil {
		return refusal
	}
	c.setRequest(inv, nil, int64(len(body)))
	inv.Event = body
	out := c.run(inv, nil)
	c.answer = answer{call: c}
	if !out.Failed() && out.HTTP == nil {
		return badResponse("function '%s' gave no HTTP answer: what its handler is in %s is no HTTP handler of FC 2.0", c.fn.Name(), c.fn.Runtime)
	}
	return c.answer.finish(&inv.Invocation, out)
}

// sendHandled sends what an HTTP handler answered.
func (a *answer) sendHandled(out *emulator.Outcome) *emulator.Error {
	header := make(map[string][]string, len(out.HTTP.Header))
	for _, name := range slices.Sorted(maps.Keys(out.HTTP.Header)) { // they may differ in case alone
		key := textproto.CanonicalMIMEHeaderKey(name)
		header[key] = append(header[key], out.HTTP.Header[name]...)
	}
	if a.begin(out.HTTP.Status, header, int64(len(out.Payload))) == nil {
		_, _ = a.Write(out.Payload) // a client that is gone needs no answer
	}
	return nil
}
