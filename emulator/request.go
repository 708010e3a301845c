package emulator

import (
	"strings"
	"time"
)

// Operations of a RequestRecord.
const (
	OperationInvoke  = "InvokeFunction"    // by the API
	OperationHTTP    = "InvokeHTTPTrigger" // by an HTTP trigger or a custom domain
	OperationAttempt = "AsyncAttempt"      // one try of an accepted asynchronous invocation
)

// RequestRecord is one request, or one try of a task, for the request log.
// Source: the FCRequestMetrics log fields.
type RequestRecord struct {
	Operation  string
	RequestID  string
	Function   Name        // that was asked for, as far as it is known
	Invocation *Invocation // nil = refused before there was one
	Outcome    *Outcome    // nil = it did not run: refused, or accepted for later

	Method, URI, ClientIP string // of an HTTP request; URI is path and query as the client wrote them
	Status                int    // of the HTTP answer; 0 of a try

	Began time.Time // on the machine's clock
	Took  time.Duration
}

// ClientIP cuts the port off the address of a connection.
func ClientIP(address string) string {
	if i := strings.LastIndexByte(address, ':'); i >= 0 {
		address = address[:i]
	}
	return strings.Trim(address, "[]")
}
