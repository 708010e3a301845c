package trigger

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

const cloudEvent = `{"id":"<uuid>","source":"<source>","specversion":"1.0","type":"<type>","datacontenttype":"application/json; charset=utf-8","subject":"<subject>",` +
	`"time":"<time>","aliyunaccountid":"<account>","aliyunpublishtime":"<time>","aliyunoriginalaccountid":"<account>","aliyuneventbusname":"<bus>",` +
	`"aliyunregionid":"<region>","aliyunpublishaddr":"127.0.0.1","data":<data>}`

// origin is what tells the events of one source from those of another.
type origin struct{ name, kind, subject, data string }

// origins are those whose envelope and data are known.
func origins(kind string) origin {
	switch kind {
	case "MNS":
		return origin{"MNS-Function-<trigger>", "mns:Queue:SendMessage", "acs:mns:<region>:<account>:queues/<QueueName>",
			`{"requestId":"<request>","messageId":"<id>","messageBody":"hello"}`}
	case "RocketMQ":
		return origin{"RocketMQ-Function-<trigger>", "mq:Topic:SendMessage", "acs:mq:<region>:<account>:<InstanceId>%<Topic>",
			`{"topic":"<Topic>","systemProperties":{"UNIQ_KEY":"<id>","TAGS":"<Tag>"},"userProperties":{},"body":"hello"}`}
	case "Kafka":
		return origin{"acs:alikafka", "alikafka:Topic:Message", "acs:alikafka:<InstanceId>:topic:<Topic>",
			`{"topic":"<Topic>","partition":0,"offset":0,"timestamp":<ms>,"headers":{"headers":[],"isReadOnly":false},"key":"key","value":"hello"}`}
	case "RabbitMQ":
		return origin{"RabbitMQ-Function-<trigger>", "amqp:Queue:SendMessage", "acs:amqp:<region>:<account>:<InstanceId>/queues/<QueueName>",
			`{"envelope":{"deliveryTag":1,"exchange":"","redeliver":false,"routingKey":"<QueueName>"},"props":{"contentType":"text/plain","messageId":"<id>"},"body":{"text":"hello"}}`}
	case "", "Default":
		return origin{"fcemu", "fcemu:Trigger:Fire", "acs:fc:<region>:<account>:fcemu", `{"message":"hello"}`}
	}
	return origin{kind + "-Function-<trigger>", strings.ToLower(kind) + ":Topic:Message", "<Topic>", `{"topic":"<Topic>","body":"hello"}`}
}

// bridge is one event, or a list of one where the trigger streams.
func (s *Sources) bridge(t *emulator.FunctionTrigger, config *settings) ([]byte, error) {
	kind := config.EventSourceConfig.EventSourceType
	from := origins(kind)
	bus := from.name
	if kind == "" || kind == "Default" {
		from.matching(config.EventRuleFilterPattern)
		bus = strings.Split(t.Source()+"/default", "/")[1] // eventbus/BUS/rule/RULE
	}
	event := strings.NewReplacer("<source>", from.name, "<type>", from.kind, "<subject>", from.subject, "<bus>", bus, "<data>", from.data).Replace(cloudEvent)
	if config.EventSinkConfig.DeliveryOption.EventSchema == "RawData" {
		event = from.data
	}
	given := []string{"<uuid>", strings.ToLower(newID(32))}
	for _, name := range []string{"QueueName", "InstanceId", "Topic", "Tag"} {
		value := ""
		for _, parameters := range config.EventSourceConfig.EventSourceParameters {
			if parameters[name] != nil {
				value = fmt.Sprint(parameters[name])
			}
		}
		given = append(given, "<"+name+">", quoted(value))
	}
	filled := s.fill(t, event, given...)
	if config.RunOptions.Mode != "event-streaming" {
		return filled, nil
	}
	if kind == "Kafka" { // its elements are texts
		return json.Marshal([]string{string(filled)})
	}
	return []byte("[" + string(filled) + "]"), nil
}

// matching makes the event one that a filter of plain texts lets through.
func (o *origin) matching(pattern json.RawMessage) {
	var inner string
	if json.Unmarshal(pattern, &inner) == nil {
		pattern = json.RawMessage(inner)
	}
	var filter map[string]any
	_ = json.Unmarshal(pattern, &filter) // what is none filters nothing
	for name, member := range map[string]*string{"source": &o.name, "type": &o.kind, "subject": &o.subject} {
		if values, _ := filter[name].([]any); len(values) > 0 {
			if text, ok := values[0].(string); ok {
				*member = quoted(text)
			}
		}
	}
}
