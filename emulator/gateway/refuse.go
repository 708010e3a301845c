package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// gatewayError is the X-Fc-Error-Type of what the platform itself refuses on HTTP triggers.
const gatewayError = "FCCommonError"

// errorBody is FC 3.0's error object with FC 2.0's keys beside it, so that every client finds its own.
type errorBody struct {
	RequestID    string `json:"RequestId"`
	Code         string
	Message      string
	ErrorCode    string
	ErrorMessage string
}

// refuse answers with the platform's error.
func (c *call) refuse(refusal *emulator.Error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(errorBody{c.requestID, refusal.Code, refusal.Message, refusal.Code, refusal.Message}) // strings only
	text := bytes.TrimSuffix(body.Bytes(), []byte("\n"))

	header := c.w.Header()
	c.allowOrigin(header)
	header[invoke.HeaderRequestID] = []string{c.requestID}
	header[invoke.HeaderErrorType] = []string{gatewayError}
	if refusal.Code == codeBadResponse { // the function's fault, not the caller's
		header[invoke.HeaderErrorType] = []string{string(emulator.UnhandledInvocationError)}
	}
	header["Content-Type"] = []string{"application/json"}
	header["Content-Length"] = []string{strconv.Itoa(len(text))}
	status := refusal.Status
	if status < 200 || status > 599 {
		status = http.StatusInternalServerError
	}
	c.writeStatus(status)
	_, _ = c.w.Write(text) // a client that is gone needs no answer
}

const codeBadResponse = "BadResponse"

// badResponse refuses what a function answered.
func badResponse(format string, args ...any) *emulator.Error {
	return emulator.Refuse(http.StatusBadGateway, codeBadResponse, format, args...)
}

// refusalOf finds the refusal in err; any other error is a fault of the emulator, unless the client
// did not wait for what went on.
func refusalOf(err error) *emulator.Error {
	var refusal *emulator.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	if errors.Is(err, context.Canceled) {
		return invoke.ClientClosed()
	}
	return emulator.Internal(err)
}
