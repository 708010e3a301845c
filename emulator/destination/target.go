// Package destination brings the outcomes of asynchronous invocations to where the user's
// onSuccess and onFailure point.
package destination

import (
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Kind is the sort of resource that an ARN names.
type Kind string

// The kinds that Function Compute sends outcomes to.
const (
	Function Kind = "function"
	Queue    Kind = "MNS queue"
	Topic    Kind = "MNS topic"
	EventBus Kind = "EventBridge bus"
	RocketMQ Kind = "RocketMQ topic"
)

// Target is a destination ARN taken apart.
type Target struct {
	Kind     Kind
	ARN      string
	Region   string             // may be empty
	Account  string             // may be empty
	Function emulator.Reference // of a Function
	Name     string             // of the queue, topic or bus; of RocketMQ the resource as given
}

// maxWord bounds names of functions, services, qualifiers, queues, topics and buses.
const maxWord = 256

func isWord(text string) bool { return emulator.IsWord(text, maxWord) }

// Parse reads an ARN. Anything that Function Compute does not send outcomes to is an
// InvalidArgument that lists what it does.
func Parse(arn string) (Target, error) {
	parts := strings.SplitN(arn, ":", 5)
	if len(parts) != 5 || parts[0] != "acs" {
		return Target{}, refuse(arn, "it is not of the form acs:service:region:account:resource")
	}
	target := Target{ARN: arn, Region: parts[2], Account: parts[3]}
	resource, ok := parts[4], false
	switch parts[1] {
	case "fc":
		target.Kind = Function
		target.Function, ok = parseFunction(resource)
	case "mns":
		target.Kind, target.Name, ok = parseMNS(resource)
	case "eventbridge":
		target.Kind = EventBus
		target.Name, ok = between(resource, "eventbus/", "")
	case "mq":
		target.Kind, target.Name, ok = RocketMQ, resource, resource != ""
	default:
		return Target{}, refuse(arn, "outcomes are sent to functions, MNS, EventBridge and RocketMQ only")
	}
	if !ok {
		return Target{}, refuse(arn, "the resource '"+resource+"' is not of a known form")
	}
	return target, nil
}

// parseFunction reads functions/{function}[/{qualifier}] and
// services/{service}[.{qualifier}]/functions/{function}.
func parseFunction(resource string) (emulator.Reference, bool) {
	parts := strings.Split(resource, "/")
	var ref emulator.Reference
	switch {
	case len(parts) == 2 && parts[0] == "functions":
		ref.Name = emulator.ParseName(parts[1])
	case len(parts) == 3 && parts[0] == "functions":
		ref.Name, ref.Qualifier = emulator.ParseName(parts[1]), parts[2]
	case len(parts) == 4 && parts[0] == "services" && parts[2] == "functions":
		service, qualifier, dotted := strings.Cut(parts[1], ".")
		if service == "" || dotted && qualifier == "" {
			return ref, false
		}
		ref.Name, ref.Qualifier = emulator.Name{Service: service, Function: parts[3]}, qualifier
	default:
		return ref, false
	}
	if len(parts) == 3 && ref.Qualifier == "" {
		return ref, false
	}
	if ref.Qualifier == "" {
		ref.Qualifier = emulator.LatestVersion
	}
	valid := isWord(ref.Function) && isWord(ref.Qualifier) &&
		(ref.Service == "" || isWord(ref.Service))
	return ref, valid
}

// parseMNS reads /queues/{name}/messages and /topics/{name}/messages.
func parseMNS(resource string) (Kind, string, bool) {
	if name, ok := between(resource, "/queues/", "/messages"); ok {
		return Queue, name, true
	}
	name, ok := between(resource, "/topics/", "/messages")
	return Topic, name, ok
}

// between returns the word that stands between prefix and suffix.
func between(text, prefix, suffix string) (string, bool) {
	text, begins := strings.CutPrefix(text, prefix)
	text, ends := strings.CutSuffix(text, suffix)
	return text, begins && ends && isWord(text)
}

func refuse(arn, why string) error {
	return emulator.InvalidArgument("destination '%s' is invalid: %s", arn, why)
}
