package destination

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Submit enqueues an event on a function. A second call with the same request id for the same
// function must change nothing and succeed. depth is how many destinations led here.
type Submit func(ctx context.Context, ref emulator.Reference, event []byte, requestID string, depth int) error

// Send invokes the target function asynchronously with the outcome as its event. The request id
// of that invocation follows from the outcome, so that an emulator killed between the enqueue and
// the removal of the delivery does not invoke the function a second time.
func (submit Submit) Send(ctx context.Context, target Target, d *emulator.Delivery) error {
	return submit(ctx, target.Function, d.Body, followingID(d), d.Depth)
}

// followingID makes the request id of the invocation that an outcome causes: the time of the
// request before, so that ids stay in order, and a digest of what tells one outcome from another.
func followingID(d *emulator.Delivery) string {
	digest := sha256.Sum256([]byte(strings.Join(
		[]string{d.Task.Function.String(), d.Task.ID, d.RequestID, d.Destination}, "\n")))
	text := hex.EncodeToString(digest[:14])
	seconds, nanos, rest := text[:8], text[8:16], text[16:]
	if parts := strings.Split(d.RequestID, "-"); len(parts) == 4 && parts[0] == "1" && isHex8(parts[1]) && isHex8(parts[2]) {
		seconds, nanos = parts[1], parts[2]
	}
	return "1-" + seconds + "-" + nanos + "-" + rest
}

func isHex8(text string) bool {
	_, err := hex.DecodeString(text)
	return err == nil && len(text) == 8
}
