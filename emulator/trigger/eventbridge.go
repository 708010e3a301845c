package trigger

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"
)

// eventBridgeConfig is as much of an eventbridge trigger's configuration as shapes its events.
type eventBridgeConfig struct {
	EventRuleFilterPattern json.RawMessage // an object, or the same as a text
	EventSourceConfig      struct {
		EventSourceType       string
		EventSourceParameters map[string]map[string]any // sourceKafkaParameters, …
	}
	EventSinkConfig struct{ DeliveryOption struct{ EventSchema string } }
	RunOptions      struct{ Mode string }
}

// eventBridge is one event, or a list of one where the trigger streams.
func (f facts) eventBridge() (any, error) {
	var config eventBridgeConfig
	if err := f.t.Config(&config); err != nil {
		return nil, err
	}
	envelope := f.cloudEvent(&config)
	var event any = envelope
	if config.EventSinkConfig.DeliveryOption.EventSchema == "RawData" {
		event = envelope["data"]
	}
	if config.RunOptions.Mode != "event-streaming" {
		return event, nil
	}
	if config.EventSourceConfig.EventSourceType == "Kafka" { // its elements are texts
		text, err := json.Marshal(event)
		return []string{string(text)}, err
	}
	return []any{event}, nil
}

func (f facts) cloudEvent(config *eventBridgeConfig) object {
	kind := config.EventSourceConfig.EventSourceType
	given := map[string]any{}
	for _, parameters := range config.EventSourceConfig.EventSourceParameters {
		for name, value := range parameters {
			given[name] = value
		}
	}
	parameter := func(name string) string { text, _ := given[name].(string); return text }
	topic, id := parameter("Topic"), strings.ToLower(newID(32))
	source := kind + "-Function-" + f.t.TriggerName
	event := object{
		"id": id, "specversion": "1.0", "datacontenttype": "application/json; charset=utf-8", "time": f.now.Format(time.RFC3339Nano),
		"aliyunaccountid": f.account, "aliyunoriginalaccountid": f.account, "aliyunpublishtime": f.now.Format(milliseconds), "aliyunregionid": f.region,
		"aliyuneventbusname": source, "aliyunpublishaddr": "127.0.0.1", "source": source,
	}
	set := func(name, subject string, data object) {
		event["type"], event["subject"], event["data"] = name, subject, data
	}
	place := f.region + ":" + f.account + ":"
	switch kind {
	case "MNS":
		set("mns:Queue:SendMessage", "acs:mns:"+place+"queues/"+parameter("QueueName"),
			object{"requestId": newID(24), "messageId": newID(32), "messageBody": message})
	case "RocketMQ":
		set("mq:Topic:SendMessage", "acs:mq:"+place+parameter("InstanceId")+"%"+topic,
			object{"topic": topic, "systemProperties": object{"UNIQ_KEY": newID(32), "TAGS": parameter("Tag")}, "userProperties": object{}, "body": message})
	case "Kafka":
		event["source"] = "acs:alikafka"
		set("alikafka:Topic:Message", "acs:alikafka:"+parameter("InstanceId")+":topic:"+topic,
			object{"topic": topic, "partition": 0, "offset": 0, "timestamp": f.now.UnixMilli(), "key": "key", "value": message, "headers": object{"headers": []any{}, "isReadOnly": false}})
	case "RabbitMQ":
		set("amqp:Queue:SendMessage", "acs:amqp:"+place+parameter("InstanceId")+"/queues/"+parameter("QueueName"),
			object{"envelope": object{"deliveryTag": 1, "exchange": "", "redeliver": false, "routingKey": parameter("QueueName")},
				"props": object{"contentType": "text/plain", "messageId": newID(32)}, "body": object{"text": message}})
	case "", "Default":
		pattern := readPattern(config.EventRuleFilterPattern)
		event["source"] = cmp.Or(first(pattern["source"]), "fcemu")
		event["aliyuneventbusname"] = busOf(f.source)
		set(cmp.Or(first(pattern["type"]), "fcemu:Trigger:Fire"), cmp.Or(first(pattern["subject"]), "acs:fc:"+place+"fcemu"), object{"message": message})
	default:
		set(strings.ToLower(kind)+":Topic:Message", "acs:"+strings.ToLower(kind)+":"+place+topic, object{"topic": topic, "body": message})
	}
	return event
}

// busOf reads eventbus/BUS/rule/RULE.
func busOf(source string) string {
	if parts := strings.Split(source, "/"); len(parts) > 1 {
		return parts[1]
	}
	return "default"
}

// readPattern is empty for what is no pattern.
func readPattern(text json.RawMessage) (pattern map[string]any) {
	var inner string
	if json.Unmarshal(text, &inner) == nil {
		text = json.RawMessage(inner)
	}
	_ = json.Unmarshal(text, &pattern)
	return pattern
}

// first is the first text that a pattern's list lets through as it is.
func first(list any) string {
	values, _ := list.([]any)
	for _, value := range values {
		if text, ok := value.(string); ok {
			return text
		}
	}
	return ""
}
