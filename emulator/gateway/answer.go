package gateway

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// holdLimit is how much of an answer waits, in bytes, for the log that a client asked for. A longer
// answer is sent without the log.
const holdLimit = 1 << 20

// answer passes a function's answer on to the client. It is an emulator.Answer.
type answer struct {
	call    *call
	started bool        // Start was called: the function has an answer
	sent    bool        // the status line is on its way to the client
	flowing atomic.Bool // the same, for Close
	discard bool        // the platform refused the answer and has told the client
	bare    bool        // the status has no body
	length  int64       // of the body, -1 = unknown
	written int64
	status  int

	hold bool // keep the answer until its log is known
	held []byte
}

// Start begins the answer. Interim answers (1xx) are passed over. What the platform refuses is
// answered here; the function's body is then read and thrown away.
func (a *answer) Start(status int, header map[string][]string) error {
	if a.started || status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		return nil
	}
	length, err := strconv.ParseInt(first(header, "Content-Length"), 10, 64)
	if err != nil || length < 0 {
		length = -1
	}
	return a.begin(status, header, length)
}

func (a *answer) begin(status int, header map[string][]string, length int64) error {
	a.started, a.status, a.length = true, status, length
	a.bare = status == http.StatusNoContent || status == http.StatusNotModified
	if refusal := a.check(status, header); refusal != nil {
		a.discard = true
		a.call.refuse(refusal)
		return nil
	}
	c := a.call
	to := c.w.Header()
	c.cleanAnswer(to, header)
	c.allowOrigin(to)
	invoke.SetBegun(to, c.requestID, c.fn)
	c.tellSession(to)
	if length >= 0 {
		to["Content-Length"] = []string{strconv.FormatInt(length, 10)}
	}
	if a.hold {
		return nil
	}
	return a.send()
}

// check holds the rules about answers.
func (a *answer) check(status int, header map[string][]string) *emulator.Error {
	if status < 200 || status > 999 {
		return badResponse("the function answered with status %d", status)
	}
	if size := headerSize(header); size > maxAnswerHeader {
		return badResponse("the response headers have %d bytes in all (allowed: %d)", size, maxAnswerHeader)
	}
	if isRedirect(status) && !a.call.door.redirects {
		return emulator.Refuse(http.StatusBadRequest, "ExternalRedirectForbidden",
			"the function answered with a redirect (status %d), which is forbidden on the default domain; use a custom domain", status)
	}
	if a.call.door.barred && isAPK(header) {
		return emulator.InvalidArgument("the function answered with an APK file, which is forbidden on the default domain; use a custom domain")
	}
	return nil
}

func isAPK(header map[string][]string) bool {
	for key, values := range header {
		if strings.EqualFold(key, "Content-Type") && len(values) > 0 &&
			strings.HasPrefix(strings.ToLower(values[0]), "application/vnd.android.package-archive") {
			return true
		}
	}
	return false
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// send puts status and headers on the way. A function that does not say how long its answer gets
// is streaming, so that the client gets to know at once that it has begun.
func (a *answer) send() error {
	a.sent = true
	a.flowing.Store(true)
	a.call.writeStatus(a.status)
	if a.length < 0 && !a.bare && a.call.r.Method != http.MethodHead {
		return a.flush()
	}
	return nil
}

// Write passes p on at once, unless the end of the handler is about to do that.
func (a *answer) Write(p []byte) (int, error) {
	switch {
	case a.discard || a.bare || a.call.r.Method == http.MethodHead || len(p) == 0:
		return len(p), nil
	case a.hold && len(a.held)+len(p) <= holdLimit:
		a.held = append(a.held, p...)
		return len(p), nil
	case a.hold:
		if err := a.release(); err != nil {
			return 0, err
		}
	}
	return a.pass(p)
}

func (a *answer) pass(p []byte) (int, error) {
	n := len(p)
	if a.length >= 0 && a.written+int64(n) > a.length {
		p = p[:a.length-a.written] // more than was promised: the server would refuse all of it
	}
	if _, err := a.call.w.Write(p); err != nil {
		return 0, emulator.ErrClientGone
	}
	a.written += int64(len(p))
	if a.written == a.length {
		return n, nil
	}
	return n, a.flush()
}

// Close ends a Write that waits for the client to read. An answer that has not begun is left alone:
// the client will be told what happened.
func (a *answer) Close() error {
	if !a.flowing.Load() {
		return nil
	}
	return http.NewResponseController(a.call.w).SetWriteDeadline(time.Now())
}

func (a *answer) flush() error {
	if err := http.NewResponseController(a.call.w).Flush(); err != nil {
		return emulator.ErrClientGone
	}
	return nil
}

// Trail passes on the fields behind the body, if the client's protocol has a place for them.
func (a *answer) Trail(trailer map[string][]string) {
	if !a.sent || a.length >= 0 || a.bare {
		return
	}
	to := a.call.w.Header()
	for key, values := range trailer {
		if !withheld(key) {
			to[http.TrailerPrefix+key] = values
		}
	}
}

// release sends what was held back.
func (a *answer) release() error {
	held := a.held
	a.hold, a.held = false, nil
	if err := a.send(); err != nil || len(held) == 0 || a.bare {
		return err
	}
	_, err := a.pass(held)
	return err
}

// finish ends the answer when the function has ended, or says what to answer instead.
func (a *answer) finish(inv *emulator.Invocation, out *emulator.Outcome) *emulator.Error {
	switch {
	case a.discard:
		return nil
	case a.sent && a.broken(out):
		if out.Cause == emulator.CauseCanceled {
			a.call.record.Status = invoke.StatusClientClosed
		}
		// The client must not take half an answer for a whole one. This is how handlers cut
		// the connection.
		panic(http.ErrAbortHandler)
	case a.sent:
		return nil
	}
	header := a.call.w.Header()
	whole := a.started && !a.broken(out)
	if a.started && !whole {
		clear(header) // Start prepared another answer
	}
	invoke.SetHeaders(header, inv, out)
	switch {
	case out.Refused != nil:
		return out.Refused
	case out.Cause == emulator.CauseCanceled:
		return invoke.ClientClosed()
	case whole:
		if a.length < 0 && a.call.r.Method != http.MethodHead {
			a.length = int64(len(a.held))
		}
		_ = a.release() // a client that is gone needs no answer
		return nil
	case out.Failed():
		a.sendError(out)
		return nil
	}
	if out.HTTP != nil {
		return a.sendHandled(out)
	}
	return a.sendResult(out.Payload)
}

// broken tells whether the answer stopped before its end. A function that failed by its own word
// (x-fc-status) has given its whole answer; where the platform found the fault, it left an error.
func (a *answer) broken(out *emulator.Outcome) bool {
	if !out.Failed() || a.bare || a.length >= 0 && a.written+int64(len(a.held)) >= a.length {
		return false
	}
	return len(out.Payload) > 0 || !out.Streamed
}

// sendError answers for a function that failed before it had an answer.
func (a *answer) sendError(out *emulator.Outcome) {
	c := a.call
	header := c.w.Header()
	c.allowOrigin(header)
	c.tellSession(header)
	if out.ErrorType == "" {
		header[invoke.HeaderErrorType] = []string{string(emulator.UnhandledInvocationError)}
	}
	header["Content-Type"] = []string{"application/json"}
	header["Content-Length"] = []string{strconv.Itoa(len(out.Payload))}
	c.writeStatus(http.StatusBadGateway)
	_, _ = c.w.Write(out.Payload) // a client that is gone needs no answer
}

// tellSession names the session that was made for the client.
func (c *call) tellSession(header map[string][]string) {
	if c.session != nil {
		invoke.SetSession(header, c.fn.Affinity, c.session)
	}
}
