package destination

import (
	"context"

	"github.com/fcemu/fcemu/emulator"
)

// Sink sends outcomes to one kind of target. An *emulator.Error below 500, other than 429, says
// that no further try can help.
type Sink interface {
	Send(ctx context.Context, target Target, d *emulator.Delivery) error
}

// Sinks are the kinds of target that exist on this machine.
type Sinks map[Kind]Sink

// Deliver sends an outcome to the sink of its destination's kind. A destination that is valid but
// has no local service is an *emulator.Error: it is stored and shown like in the cloud, and its
// outcomes are reported as not sent.
func (s Sinks) Deliver(ctx context.Context, d *emulator.Delivery) error {
	target, err := Parse(d.Destination)
	if err != nil {
		return err
	}
	sink, ok := s[target.Kind]
	if !ok {
		return emulator.Refuse(412, "DestinationNotAvailable",
			"this emulator has no local %s; use a function as destination to see the outcome", target.Kind)
	}
	return sink.Send(ctx, target, d)
}
