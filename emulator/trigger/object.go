package trigger

import (
	"context"

	"github.com/fcemu/fcemu/emulator"
)

// Object sends what happened to an object to the triggers that wait for it. It returns when the queue
// has it.
func (s *Sources) Object(ctx context.Context, e *emulator.ObjectEvent) {
	ctx = context.WithoutCancel(ctx) // the object is there, whether its writer still listens or not
	for _, t := range s.waitingFor(e) {
		if _, err := s.send(ctx, t, s.objectEvent(t, e)); err != nil {
			s.tell(t, "not fired for oss://"+e.Bucket+"/"+e.Key+": "+err.Error())
		}
	}
}

func (s *Sources) waitingFor(e *emulator.ObjectEvent) (list []*emulator.FunctionTrigger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.known {
		if one.TriggerType != emulator.TriggerOSS {
			continue
		}
		config, err := one.OSS()
		if err == nil && config.Bucket(one.Trigger) == e.Bucket && config.Takes(e.Name, e.Key) {
			list = append(list, &one.FunctionTrigger)
		}
	}
	return list
}
