package api

import (
	"net/http"

	"github.com/fcemu/fcemu/emulator"
)

// Refuse answers a request that no operation gets to see, such as one without a valid signature.
func Refuse(w http.ResponseWriter, requestID string, refusal *emulator.Error) {
	writeError(w, requestID, refusal)
}
