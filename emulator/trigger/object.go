package trigger

import (
	"cmp"
	"context"
	"strings"

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
		if err == nil && bucketOf(one.Trigger, &config) == e.Bucket && takes(&config, e) {
			list = append(list, &one.FunctionTrigger)
		}
	}
	return list
}

// bucketOf is the bucket of a trigger with that configuration.
func bucketOf(t *emulator.Trigger, config *emulator.OSSTrigger) string {
	return cmp.Or(t.Source(), config.BucketName)
}

// takes tells whether a trigger waits for an event of a bucket.
func takes(config *emulator.OSSTrigger, e *emulator.ObjectEvent) bool {
	if !strings.HasPrefix(e.Key, config.Filter.Key.Prefix) || !strings.HasSuffix(e.Key, config.Filter.Key.Suffix) {
		return false
	}
	for _, wanted := range config.Events {
		start, all := strings.CutSuffix(wanted, "*")
		if name := "oss:" + e.Name; name == wanted || all && strings.HasPrefix(name, start) {
			return true
		}
	}
	return false
}
