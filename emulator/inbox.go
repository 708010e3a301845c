package emulator

import "encoding/json"

// MaxInbox is how many messages the inbox keeps, the newest.
const MaxInbox = 10000

// InboxMessage is an outcome as it arrived in the inbox: the stand-in for queues, topics and buses
// that do not exist on this machine.
type InboxMessage struct {
	Sequence     int64           `json:"sequence"`        // order of arrival, from 1
	Delivery     int64           `json:"-"`               // Delivery.ID: it arrives once, however often it is sent
	ReceivedTime int64           `json:"receivedTime"`    // Unix ms
	Clock        string          `json:"clock,omitempty"` // ClockDriven where that is what ReceivedTime was read from
	Destination  string          `json:"destination"`     // ARN
	FunctionName string          `json:"functionName"`    // whose outcome it is, as people type it
	TaskID       string          `json:"taskId"`
	RequestID    string          `json:"requestId"`
	Body         json.RawMessage `json:"body"` // what the destination would have received
}

// InboxQuery selects messages. Zero values select all.
type InboxQuery struct {
	Destination string
	Function    *Name
	After       int64 // Sequence: only later ones
	Tail        int   // only the newest so many
	Limit       int   // at most so many, the oldest first
}

// DestinationUse is a destination that a function's asynchronous configuration names.
type DestinationUse struct {
	FunctionName string `json:"functionName"` // as people type it
	Qualifier    string `json:"qualifier"`
	Condition    string `json:"condition"` // onSuccess or onFailure
	Destination  string `json:"destination"`
	Kind         string `json:"kind"`     // MNS queue, function, …
	Delivery     string `json:"delivery"` // where outcomes go on this machine: function, inbox, file PATH, webhook URL
}
