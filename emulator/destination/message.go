package destination

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Types of the events that an EventBridge bus receives.
const (
	eventSucceeded = "fc:AsyncInvocation:Succeeded"
	eventFailed    = "fc:AsyncInvocation:Failed"
)

// event is the CloudEvents envelope for EventBridge. FC says that its data is the outcome, not what
// stands around it; this is a proposal, see docs/fidelity.md.
type event struct {
	ID              string          `json:"id"`
	Source          string          `json:"source"`
	SpecVersion     string          `json:"specversion"`
	Type            string          `json:"type"`
	DataContentType string          `json:"datacontenttype"`
	Subject         string          `json:"subject"`
	Time            string          `json:"time"`
	AccountID       string          `json:"aliyunaccountid"`
	Data            json.RawMessage `json:"data"`
}

// messageFor is what a target receives of an outcome: the outcome itself, or for a bus an event
// around it. Sent again it is the same to the byte.
func messageFor(target Target, d *emulator.Delivery, account string) (body []byte, contentType string, err error) {
	if target.Kind != EventBus {
		return d.Body, "application/json", nil
	}
	var outcome struct {
		Timestamp      int64
		RequestContext struct{ FunctionArn, Condition string }
	}
	if err := json.Unmarshal(d.Body, &outcome); err != nil {
		return nil, "", fmt.Errorf("the outcome is no JSON: %w", err)
	}
	kind := eventSucceeded
	if outcome.RequestContext.Condition != "" {
		kind = eventFailed
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err = encoder.Encode(event{
		ID: followingID(d), Source: "acs.fc", SpecVersion: "1.0", Type: kind,
		DataContentType: "application/json", Subject: outcome.RequestContext.FunctionArn,
		Time:      time.UnixMilli(outcome.Timestamp).UTC().Format("2006-01-02T15:04:05.000Z"),
		AccountID: account, Data: d.Body,
	})
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), "application/cloudevents+json", err
}
