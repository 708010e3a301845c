package gateway

import (
	"bytes"
	"io"
	"net/http"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// call is one request on its way through the gateway.
type call struct {
	gateway *Gateway
	w       http.ResponseWriter
	r       *http.Request
	now     time.Time

	requestID string
	route     Route
	target    string // path and query as the function sees them
	fn        *emulator.Function
	door      door
	cors      *emulator.CORS // the door's corsConfig, or nil
	control   invoke.Control
	session   *emulator.SessionUse
	body      invoke.Body
	answer    answer
	record    emulator.RequestRecord
	detached  bool // the invocation goes on without its request, and is recorded when it ends
}

// invocation keeps what outlives the call apart from what does not.
type invocation struct {
	emulator.Invocation
	request emulator.HTTPRequest
}

// serve answers the call, or says why not.
func (c *call) serve() *emulator.Error {
	control, badControl := invoke.ParseControl(c.r.Header)
	c.control, c.requestID = control, control.RequestID
	if c.requestID == "" {
		c.requestID = c.gateway.IDs.Request(c.now)
	}
	if refusal := c.resolve(); refusal != nil {
		return refusal
	}
	if refusal := c.readCORS(); refusal != nil {
		return refusal
	}
	if c.preflight() {
		return nil
	}
	if refusal := c.admit(); refusal != nil {
		return refusal
	}
	if badControl != nil {
		return badControl
	}
	c.notify()
	return c.invoke()
}

// resolve finds the function and the door by which the request comes.
func (c *call) resolve() *emulator.Error {
	domain, err := c.gateway.domainOf(c.r.Context(), c.r.Host)
	if err != nil {
		return refusalOf(err)
	}
	if domain != nil {
		return c.resolveDomain(domain)
	}
	return c.resolveTrigger()
}

// resolveTrigger finds the function and its HTTP trigger.
func (c *call) resolveTrigger() *emulator.Error {
	route, ok := MatchRequest(c.r)
	if !ok {
		return emulator.Refuse(http.StatusBadRequest, "PathNotSupported", "'%s' against '%s' is not supported", c.r.Method, c.r.URL.Path)
	}
	c.route, c.target = route, route.target(rawTarget(c.r))
	c.record.Function = route.Name
	var err error
	if c.fn, err = c.gateway.Catalogue.Choose(c.r.Context(), route.Reference, invoke.Traffic(c.r)); err != nil {
		return refusalOf(err)
	}
	trigger, config, err := c.gateway.Catalogue.HTTPTrigger(c.r.Context(), route.Reference)
	if err != nil {
		return refusalOf(err)
	}
	c.door = c.gateway.triggerDoor(trigger, &config)
	return nil
}

// invoke hands the call to the function, in the form that its runtime takes.
func (c *call) invoke() *emulator.Error {
	inv := &invocation{Invocation: emulator.Invocation{
		RequestID: c.requestID, Function: c.fn, Qualifier: c.route.Qualifier,
		Async: c.control.Async, LogTail: c.control.LogTail, TaskID: c.control.TaskID,
	}}
	if inv.Qualifier == "" {
		inv.Qualifier = emulator.LatestVersion
	}
	c.record.Invocation = &inv.Invocation
	upgrade := c.upgrade()
	cleanRequest(c.r.Header)
	if a := c.fn.Affinity; a != nil && !c.control.Async {
		var refusal *emulator.Error
		if c.session, refusal = invoke.Session(a, c.r.Method, c.target, c.r.Header); refusal != nil {
			return refusal
		}
		inv.Session = c.session
	}
	switch custom, handler := c.fn.Custom(), c.fn.HTTPHandler(); {
	case c.control.Async:
		return c.enqueue(inv, custom || handler)
	case custom && upgrade != "":
		return c.passOn(inv, upgrade)
	case custom:
		return c.passThrough(inv)
	case handler:
		return c.runHandler(inv)
	default:
		return c.runEvent(inv)
	}
}

// passThrough runs a custom runtime: the request streams in, the answer streams out.
func (c *call) passThrough(inv *invocation) *emulator.Error {
	if refusal := c.body.Open(c.w, c.r, emulator.MaxSyncPayload); refusal != nil {
		return refusal
	}
	c.setRequest(inv, &c.body, c.r.ContentLength)
	c.answer = answer{call: c, hold: c.control.LogTail}
	out := c.run(inv, &c.answer)
	c.body.Hurry(invoke.Farewell)
	if refusal := c.body.Refusal(); refusal != nil && !c.answer.started {
		return refusal
	}
	return c.answer.finish(&inv.Invocation, out)
}

// runEvent runs a built-in runtime: the request is an event, the result describes the answer.
func (c *call) runEvent(inv *invocation) *emulator.Error {
	if refusal := c.setEvent(inv, emulator.MaxSyncPayload); refusal != nil {
		return refusal
	}
	out := c.run(inv, nil)
	c.answer = answer{call: c}
	return c.answer.finish(&inv.Invocation, out)
}

// run waits for the function while the client listens.
func (c *call) run(inv *invocation, answer emulator.Answer) *emulator.Outcome {
	c.record.Outcome = c.gateway.Engine.Do(c.r.Context(), &inv.Invocation, answer)
	return c.record.Outcome
}

// enqueue accepts the call for later: the request as it is, or the event made of it.
func (c *call) enqueue(inv *invocation, asIs bool) *emulator.Error {
	if asIs {
		body, refusal := c.readBody(emulator.MaxAsyncPayload)
		if refusal != nil {
			return refusal
		}
		c.setRequest(inv, bytes.NewReader(body), int64(len(body)))
	} else if refusal := c.setEvent(inv, emulator.MaxAsyncPayload); refusal != nil {
		return refusal
	}
	task, err := c.gateway.Queue.Accept(c.r.Context(), &inv.Invocation, c.control.Delay)
	if err != nil {
		return refusalOf(err)
	}
	c.allowOrigin(c.w.Header())
	invoke.SetAccepted(c.w.Header(), task)
	c.writeStatus(http.StatusAccepted)
	return nil
}

func (c *call) setRequest(inv *invocation, body io.Reader, length int64) {
	inv.request = emulator.HTTPRequest{
		Method: c.r.Method, Target: c.target, Header: c.r.Header, Host: c.r.Host,
		Remote: emulator.ClientIP(c.r.RemoteAddr), Body: body, Length: length,
		Prefix: c.target[:min(c.route.prefix, len(c.target))],
	}
	if length == 0 {
		inv.request.Body = nil
	}
	if length < 0 {
		inv.request.Trailer = func() map[string][]string { return c.r.Trailer }
	}
	inv.HTTP = &inv.request
}

func (c *call) setEvent(inv *invocation, limit int) *emulator.Error {
	body, refusal := c.readBody(limit)
	if refusal != nil {
		return refusal
	}
	inv.Event = c.appendEvent(nil, body)
	return nil
}
