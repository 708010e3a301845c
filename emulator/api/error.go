package api

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
)

// errorBody has the keys of all generations at once, since the clients of each read their own and
// take no offence at others.
type errorBody struct {
	Code         string
	Message      string
	RequestID    string `json:"RequestId"`
	ErrorCode    string
	ErrorMessage string
}

// writeError answers with a refusal.
func writeError(w http.ResponseWriter, requestID string, refusal *emulator.Error) {
	body, _ := json.Marshal(errorBody{refusal.Code, refusal.Message, requestID, refusal.Code, refusal.Message}) // strings only
	header := w.Header()
	header["X-Fc-Request-Id"] = []string{requestID}
	header["Content-Type"] = []string{"application/json"}
	header["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(refusal.Status)
	_, _ = w.Write(body) // the client may be gone
}
