package trigger

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// The events, as JSON with holes. They carry the message "hello" where they carry one.
const (
	timerEvent = `{"triggerTime":"<due>","triggerName":"<trigger>","payload":"<payload>"}`

	ossEvent = `{"events":[{"eventName":"<event>","eventSource":"acs:oss","eventTime":"<time>","eventVersion":"1.0","oss":{` +
		`"bucket":{"arn":"acs:oss:<region>:<account>:<bucket>","name":"<bucket>","ownerIdentity":"<account>","virtualBucket":""},` +
		`"object":{"deltaSize":<delta>,"eTag":"<etag>","key":"<key>","size":<size>},"ossSchemaVersion":"1.0","ruleId":"<triggerId>"},` +
		`"region":"<region>","requestParameters":{"sourceIPAddress":"<ip>"},"responseElements":{"requestId":"<request>"},"userIdentity":{"principalId":"<account>"}}]}`

	// The function would have to fetch the log lines by these cursors.
	logEvent = `{"parameter":<parameter>,"source":{"endpoint":"https://<region>-intranet.log.aliyuncs.com","projectName":"<project>","logstoreName":"<logstore>",` +
		`"shardId":0,"beginCursor":"MTUyOTQ4MDIwOTY1NTk3ODQ2Mw==","endCursor":"MTUyOTQ4MDIwOTY1NTk3ODQ2NA=="},"jobName":"<triggerId>","taskId":"<id>","cursorTime":<seconds>}`

	mnsEvent = `{"TopicOwner":"<account>","Message":"hello","Subscriber":"<account>","PublishTime":<ms>,"SubscriptionName":"<trigger>",` +
		`"MessageMD5":"5D41402ABC4B2A76B9719D911017C592","TopicName":"<topic>","MessageId":"<id>"}`

	cdnEvent = `{"events":[{"eventName":"<event>","eventVersion":"<version>","eventSource":"cdn","region":"<region>","eventTime":"<east8>","traceId":"<id>",` +
		`"resource":{"domain":"<domain>"},"eventParameter":{"domain":"<domain>",<about>},"userIdentity":{"aliUid":"<account>"}}]}`
	cdnObjects = `"objectPath":["/example"],"objectType":"File","taskId":"<request>","createTime":<seconds>,"completeTime":<seconds>`
	cdnLogFile = `"startTime":<seconds>,"endTime":<seconds>,"fileSize":0,"filePath":"https://<domain>/example.log.gz"`
	cdnDomain  = `"status":"online"`

	// CBOR: \xa is a map of so many members, \x8 a list, \x6 a text, \x1b a number of eight bytes.
	tablestoreEvent = "\xa2\x67Version\x67Sync-v1\x67Records\x81\xa4\x64Type\x66PutRow\x64Info\xa1\x69Timestamp\x1b<us>" +
		"\x6aPrimaryKey\x81\xa2\x6aColumnName\x62id\x65Value\x01" +
		"\x67Columns\x81\xa4\x64Type\x63Put\x6aColumnName\x64text\x65Value\x65hello\x69Timestamp\x1b<us>"
)

// settings are the members of all types' configurations that shape their events.
type settings struct {
	SourceConfig        struct{ Logstore string }
	FunctionParameter   json.RawMessage
	NotifyContentFormat string
	TopicName           string // Serverless Devs, edition 1.0.0; else it is in sourceArn
	EventName           string
	EventVersion        string
	Filter              struct{ Domain []string }

	EventRuleFilterPattern json.RawMessage // an object, or the same as a text
	EventSourceConfig      struct {
		EventSourceType       string
		EventSourceParameters map[string]map[string]any // sourceKafkaParameters, …
	}
	EventSinkConfig struct{ DeliveryOption struct{ EventSchema string } }
	RunOptions      struct{ Mode string }
}

// sample is an event as a trigger's source would send it.
func (s *Sources) sample(t *emulator.FunctionTrigger) ([]byte, error) {
	var config settings
	now := s.Clock.Now()
	switch t.TriggerType {
	case emulator.TriggerTimer:
		return s.timerEvent(t, now)
	case emulator.TriggerOSS:
		return s.sampleObject(t)
	}
	if err := t.Config(&config); err != nil {
		return nil, err
	}
	switch t.TriggerType {
	case emulator.TriggerTablestore:
		return s.fill(t, tablestoreEvent, "<us>", string(binary.BigEndian.AppendUint64(nil, uint64(now.UnixMicro())))), nil
	case emulator.TriggerLog:
		return s.fill(t, logEvent, "<parameter>", cmp.Or(string(config.FunctionParameter), "{}"),
			"<project>", quoted(path.Base(t.Source())), "<logstore>", quoted(config.SourceConfig.Logstore)), nil
	case emulator.TriggerMNSTopic:
		if config.NotifyContentFormat != "JSON" {
			return []byte("hello"), nil
		}
		return s.fill(t, mnsEvent, "<topic>", quoted(cmp.Or(strings.TrimPrefix(t.Source(), "/topics/"), config.TopicName))), nil
	case emulator.TriggerCDN:
		return s.fill(t, strings.Replace(cdnEvent, "<about>", aboutCDN(config.EventName), 1), "<event>", quoted(config.EventName),
			"<version>", quoted(cmp.Or(config.EventVersion, "1.0.0")), "<domain>", quoted(append(config.Filter.Domain, "example.com")[0])), nil
	}
	return s.bridge(t, &config)
}

func aboutCDN(event string) string {
	switch {
	case strings.HasPrefix(event, "CachedObjects"):
		return cdnObjects
	case event == "LogFileCreated":
		return cdnLogFile
	}
	return cdnDomain
}

// sampleObject is about an object that passes the trigger's filter.
func (s *Sources) sampleObject(t *emulator.FunctionTrigger) ([]byte, error) {
	config, err := t.OSS()
	if err != nil {
		return nil, err
	}
	name := "oss:ObjectCreated:PutObject"
	if first := append(config.Events, name)[0]; !strings.HasSuffix(first, "*") {
		name = first
	}
	return s.objectEvent(t, &emulator.ObjectEvent{Name: strings.TrimPrefix(name, "oss:"), Bucket: bucketOf(t.Trigger, &config),
		Key: config.Filter.Key.Prefix + "example" + config.Filter.Key.Suffix, ETag: "5D41402ABC4B2A76B9719D911017C592", Size: 5, Delta: 5,
		RequestID: newID(24), ClientIP: "127.0.0.1"}), nil
}

func (s *Sources) objectEvent(t *emulator.FunctionTrigger, e *emulator.ObjectEvent) []byte {
	return s.fill(t, ossEvent, "<event>", quoted(e.Name), "<bucket>", quoted(e.Bucket), "<key>", quoted(e.Key), "<etag>", quoted(e.ETag),
		"<size>", strconv.FormatInt(e.Size, 10), "<delta>", strconv.FormatInt(e.Delta, 10), "<request>", e.RequestID, "<ip>", quoted(e.ClientIP))
}

// timerEvent is what a function gets from a timer that was due at a time.
func (s *Sources) timerEvent(t *emulator.FunctionTrigger, due time.Time) ([]byte, error) {
	config, err := t.Timer()
	return s.fill(t, timerEvent, "<due>", due.UTC().Format(time.RFC3339), "<payload>", quoted(config.Payload)), err
}

// fill makes an event of a text with holes: those that are given, and what all events may tell.
func (s *Sources) fill(t *emulator.FunctionTrigger, text string, given ...string) []byte {
	now := s.Clock.Now().UTC()
	account, region := s.place(t.Trigger)
	filled := strings.NewReplacer(append(given, "<account>", quoted(account), "<region>", quoted(region),
		"<trigger>", t.TriggerName, "<triggerId>", t.TriggerID, "<id>", newID(32), "<request>", newID(24),
		"<time>", now.Format("2006-01-02T15:04:05.000Z"), "<east8>", now.In(time.FixedZone("", 8*3600)).Format(time.RFC3339),
		"<seconds>", strconv.FormatInt(now.Unix(), 10), "<ms>", strconv.FormatInt(now.UnixMilli(), 10))...)
	return []byte(filled.Replace(text))
}

// place is the account and the region of an event: sourceArn goes before the emulator's own.
func (s *Sources) place(t *emulator.Trigger) (account, region string) {
	account, region = s.Account, s.Region
	if t.Source() == "" {
		return account, region
	}
	parts := strings.Split(t.SourceArn, ":")
	if parts[2] != "*" {
		region = cmp.Or(parts[2], region)
	}
	return cmp.Or(parts[3], account), region
}

// quoted is a text as it stands between the quotes of JSON.
func quoted(text string) string {
	whole, _ := json.Marshal(text) // texts are
	return string(whole[1 : len(whole)-1])
}

// newID is so many random digits.
func newID(digits int) string {
	raw := make([]byte, digits/2)
	_, _ = rand.Read(raw) // never fails, see crypto/rand
	return strings.ToUpper(hex.EncodeToString(raw))
}
