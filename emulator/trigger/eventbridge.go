package trigger

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

const cloudEvent = `{"id":"<uuid>","source":"<source>","specversion":"1.0","type":"<type>","datacontenttype":"application/json; charset=utf-8","subject":"<subject>",` +
	`"time":"<time>","aliyunaccountid":"<account>","aliyunpublishtime":"<time>","aliyunoriginalaccountid":"<account>","aliyuneventbusname":"<bus>",` +
	`"aliyunregionid":"<region>","aliyunpublishaddr":"127.0.0.1","data":<data>}`

// sources are the kinds of source with what tells their events: source, type, subject and data.
const sources = `
MNS MNS-Function-<trigger> mns:Queue:SendMessage acs:mns:<region>:<account>:queues/<QueueName> {"requestId":"<request>","messageId":"<id>","messageBody":"hello"}
RocketMQ RocketMQ-Function-<trigger> mq:Topic:SendMessage acs:mq:<region>:<account>:<InstanceId>%<Topic> {"topic":"<Topic>","systemProperties":{"UNIQ_KEY":"<id>","TAGS":"<Tag>"},"userProperties":{},"body":"hello"}
Kafka acs:alikafka alikafka:Topic:Message acs:alikafka:<InstanceId>:topic:<Topic> {"topic":"<Topic>","partition":0,"offset":0,"timestamp":<ms>,"headers":{"headers":[],"isReadOnly":false},"key":"key","value":"hello"}
RabbitMQ RabbitMQ-Function-<trigger> amqp:Queue:SendMessage acs:amqp:<region>:<account>:<InstanceId>/queues/<QueueName> {"envelope":{"deliveryTag":1,"exchange":"","redeliver":false,"routingKey":"<QueueName>"},"props":{"contentType":"text/plain","messageId":"<id>"},"body":{"text":"hello"}}
MQTT MQTT-Function-<trigger> mqtt:Topic:SendMessage acs:mqtt:<region>:<account>:<InstanceId>%<Topic> {"topic":"<Topic>","body":"hello"}
DTS DTS-Function-<trigger> dts:Topic:Message acs:dts:<region>:<account>:<Topic> {"topic":"<Topic>","body":"hello"}
Default fcemu fcemu:Trigger:Fire acs:fc:<region>:<account>:fcemu {"message":"hello"}
`

// bridge is one event, or a list of one where the trigger streams.
func (s *Sources) bridge(t *emulator.FunctionTrigger, config *settings) ([]byte, error) {
	kind := cmp.Or(config.EventSourceConfig.EventSourceType, "Default")
	_, line, known := strings.Cut(sources, "\n"+kind+" ")
	if !known {
		return nil, errors.New("no event is known for the source " + kind)
	}
	line, _, _ = strings.Cut(line, "\n")
	from := strings.SplitN(line, " ", 4)
	bus := from[0]
	if kind == "Default" {
		match(from, config.EventRuleFilterPattern)
		bus = strings.Split(t.Source()+"/default", "/")[1] // eventbus/BUS/rule/RULE
	}
	event := from[3]
	if config.EventSinkConfig.DeliveryOption.EventSchema != "RawData" {
		event = strings.NewReplacer("<source>", from[0], "<type>", from[1], "<subject>", from[2], "<bus>", bus, "<data>", event).Replace(cloudEvent)
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

// match makes source, type and subject those that a filter of plain texts lets through.
func match(from []string, pattern json.RawMessage) {
	var inner string
	if json.Unmarshal(pattern, &inner) == nil {
		pattern = json.RawMessage(inner)
	}
	var filter map[string]any
	_ = json.Unmarshal(pattern, &filter) // what is none filters nothing
	for i, name := range []string{"source", "type", "subject"} {
		if values, _ := filter[name].([]any); len(values) > 0 {
			if text, ok := values[0].(string); ok {
				from[i] = quoted(text)
			}
		}
	}
}
