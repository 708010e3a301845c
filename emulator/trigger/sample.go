package trigger

import (
	"cmp"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// object is a JSON object.
type object = map[string]any

const milliseconds = "2006-01-02T15:04:05.000Z"

// message is the body of events that carry one.
const message = "hello"

// facts are what an event says about where it comes from.
type facts struct {
	t       *emulator.Trigger
	now     time.Time // UTC
	account string
	region  string
	source  string // what sourceArn names
}

// about gathers them. What sourceArn says about account and region goes before the emulator's own.
func (s *Sources) about(t emulator.FunctionTrigger) facts {
	f := facts{t: t.Trigger, now: s.Clock.Now().UTC(), account: s.Account, region: s.Region, source: t.Source()}
	if f.source != "" {
		parts := strings.Split(t.SourceArn, ":")
		f.account = cmp.Or(parts[3], f.account)
		if parts[2] != "*" {
			f.region = cmp.Or(parts[2], f.region)
		}
	}
	return f
}

// sample is an event as a trigger's source would send it.
func (s *Sources) sample(t emulator.FunctionTrigger) ([]byte, error) {
	f := s.about(t)
	var event any
	var err error
	switch t.TriggerType {
	case emulator.TriggerTimer:
		return timerEvent(t.Trigger, f.now.Truncate(time.Second))
	case emulator.TriggerTablestore:
		return cbor(nil, f.tablestore()), nil
	case emulator.TriggerOSS:
		event, err = f.oss()
	case emulator.TriggerLog:
		event, err = f.log()
	case emulator.TriggerMNSTopic:
		if event, err = f.mnsTopic(); event == message {
			return []byte(message), nil
		}
	case emulator.TriggerCDN:
		event, err = f.cdn()
	case emulator.TriggerEventBridge:
		event, err = f.eventBridge()
	default:
		err = fmt.Errorf("no event is known for the type %s", t.TriggerType)
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(event)
}

// newID is so many random digits.
func newID(digits int) string {
	raw := make([]byte, digits/2)
	_, _ = rand.Read(raw) // never fails, see crypto/rand
	return strings.ToUpper(hex.EncodeToString(raw))
}

// oss is about an object that passes the trigger's filter.
func (f facts) oss() (any, error) {
	config, err := f.t.OSS()
	if err != nil {
		return nil, err
	}
	name := "oss:ObjectCreated:PutObject"
	if len(config.Events) > 0 && !strings.HasSuffix(config.Events[0], "*") {
		name = config.Events[0]
	}
	e := emulator.ObjectEvent{Name: strings.TrimPrefix(name, "oss:"), Bucket: cmp.Or(f.source, config.BucketName, "example-bucket"),
		Key:  config.Filter.Key.Prefix + "example" + config.Filter.Key.Suffix,
		ETag: md5Of(message), Size: int64(len(message)), Delta: int64(len(message)), RequestID: newID(24), ClientIP: "127.0.0.1"}
	return f.object(e), nil
}

func md5Of(text string) string {
	sum := md5.Sum([]byte(text))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// log names a range of log lines, which the function would have to fetch.
func (f facts) log() (any, error) {
	var config struct {
		SourceConfig      struct{ Logstore string }
		FunctionParameter json.RawMessage
	}
	if err := f.t.Config(&config); err != nil {
		return nil, err
	}
	if config.FunctionParameter == nil {
		config.FunctionParameter = json.RawMessage("{}")
	}
	return object{
		"parameter": config.FunctionParameter,
		"source": object{"endpoint": "https://" + f.region + "-intranet.log.aliyuncs.com", "projectName": path.Base(f.source),
			"logstoreName": config.SourceConfig.Logstore, "shardId": 0, "beginCursor": "MTUyOTQ4MDIwOTY1NTk3ODQ2Mw==", "endCursor": "MTUyOTQ4MDIwOTY1NTk3ODQ2NA=="},
		"jobName": f.t.TriggerID, "taskId": newID(32), "cursorTime": f.now.Unix(),
	}, nil
}

// mnsTopic is a message that was published: by itself, or with what is known about it.
func (f facts) mnsTopic() (any, error) {
	var config struct{ NotifyContentFormat, TopicName string }
	if err := f.t.Config(&config); err != nil {
		return nil, err
	}
	if config.NotifyContentFormat != "JSON" {
		return message, nil
	}
	return object{
		"TopicOwner": f.account, "Message": message, "Subscriber": f.account, "PublishTime": f.now.UnixMilli(),
		"SubscriptionName": f.t.TriggerName, "MessageMD5": md5Of(message), "MessageId": newID(32),
		"TopicName": cmp.Or(strings.TrimPrefix(f.source, "/topics/"), config.TopicName),
	}, nil
}

// cdn is an event about the first domain of the trigger's filter.
func (f facts) cdn() (any, error) {
	var config struct {
		EventName, EventVersion string
		Filter                  struct{ Domain []string }
	}
	if err := f.t.Config(&config); err != nil {
		return nil, err
	}
	domain := append(config.Filter.Domain, "example.com")[0]
	about := object{"domain": domain}
	switch {
	case strings.HasPrefix(config.EventName, "CachedObjects"):
		about["objectPath"], about["objectType"], about["taskId"] = []string{"/example"}, "File", newID(16)
		about["createTime"], about["completeTime"] = f.now.Unix(), f.now.Unix()
	case config.EventName == "LogFileCreated":
		about["startTime"], about["endTime"], about["fileSize"] = f.now.Add(-time.Hour).Unix(), f.now.Unix(), 0
		about["filePath"] = "https://" + domain + "/example.log.gz"
	default:
		about["status"] = "online"
	}
	return object{"events": []any{object{
		"eventName": config.EventName, "eventVersion": cmp.Or(config.EventVersion, "1.0.0"), "eventSource": "cdn", "region": f.region,
		"eventTime": f.now.In(time.FixedZone("", 8*3600)).Format(time.RFC3339), "traceId": newID(32),
		"resource": object{"domain": domain}, "eventParameter": about, "userIdentity": object{"aliUid": f.account},
	}}}, nil
}

// tablestore is a row that was put.
func (f facts) tablestore() any {
	at := f.now.UnixMicro()
	return object{"Version": "Sync-v1", "Records": []any{object{
		"Type": "PutRow", "Info": object{"Timestamp": at}, "PrimaryKey": []any{object{"ColumnName": "id", "Value": int64(1)}},
		"Columns": []any{object{"Type": "Put", "ColumnName": "text", "Value": message, "Timestamp": at}},
	}}}
}
