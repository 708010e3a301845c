package trigger

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/fcemu/fcemu/emulator"
)

// Object sends what happened to an object to the triggers that wait for it. It returns when the queue
// has it.
func (s *Sources) Object(ctx context.Context, e emulator.ObjectEvent) {
	ctx = context.WithoutCancel(ctx) // the object is there, whether its writer still listens or not
	for _, t := range s.waitingFor(e) {
		event, err := json.Marshal(s.about(t).object(e))
		if err == nil {
			_, err = s.send(ctx, t, event)
		}
		if err != nil {
			s.tell(t, "not fired for oss://"+e.Bucket+"/"+e.Key+": "+err.Error())
		}
	}
}

func (s *Sources) waitingFor(e emulator.ObjectEvent) (list []emulator.FunctionTrigger) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.known {
		if one.TriggerType != emulator.TriggerOSS {
			continue
		}
		config, err := one.OSS()
		if err == nil && cmp.Or(one.Source(), config.BucketName) == e.Bucket && config.Takes(e.Name, e.Key) {
			list = append(list, one.FunctionTrigger)
		}
	}
	return list
}

// object is an event as OSS sends it.
func (f facts) object(e emulator.ObjectEvent) any {
	return object{"events": []any{object{
		"eventName": e.Name, "eventSource": "acs:oss", "eventTime": f.now.Format(milliseconds), "eventVersion": "1.0", "region": f.region,
		"oss": object{
			"bucket":           object{"arn": "acs:oss:" + f.region + ":" + f.account + ":" + e.Bucket, "name": e.Bucket, "ownerIdentity": f.account, "virtualBucket": ""},
			"object":           object{"deltaSize": e.Delta, "eTag": e.ETag, "key": e.Key, "size": e.Size},
			"ossSchemaVersion": "1.0", "ruleId": f.t.TriggerID,
		},
		"requestParameters": object{"sourceIPAddress": e.ClientIP},
		"responseElements":  object{"requestId": e.RequestID},
		"userIdentity":      object{"principalId": f.account},
	}}}
}
