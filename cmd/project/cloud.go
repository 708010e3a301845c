package project

import (
	"encoding/json"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// storedFields are members of a function that the API takes and returns but that have no effect on
// one machine.
func storedFields() []string {
	return []string{"vpcConfig", "nasConfig", "ossMountConfig", "polarFsConfig", "juiceFsConfig", "tracingConfig",
		"gpuConfig", "customDNS", "resourceGroupId", "instanceIsolationMode",
		"sessionAffinity", "sessionAffinityConfig", "disableOndemand", "enableLongLiving"}
}

// effectiveFields are those of them that do have an effect: the API reads and checks them.
func effectiveFields() []string {
	return []string{"instanceIsolationMode", "sessionAffinity", "sessionAffinityConfig", "disableOndemand",
		"nasConfig", "ossMountConfig", "gpuConfig", "customDNS"}
}

// leftOut are members that belong to other parts of the cloud, or to its tool.
func leftOut() []string {
	return []string{"vpcBinding", "endpoint",
		"annotations", "supplement", "instanceType", "gpuMemorySize", "instanceSoftConcurrency", "asyncConfigurations",
		"initializationTimeout", "aliases", "versions"}
}

// cloudOnly takes the members that nobody read: the API's own are stored, the rest is named.
func (l *loader) cloudOnly(o *object, in *Input) {
	for _, name := range storedFields() {
		if one := o.find(name); one != nil && !one.taken {
			l.store(o, one, name, in)
		}
	}
	for _, name := range leftOut() {
		if one := o.find(name); one != nil && !one.taken {
			one.taken = true
			l.note(one.key, name+" has no effect here and is ignored")
		}
	}
	o.unknown(functionFields()...)
}

// store keeps a member as it is given. One that cannot be evaluated, or that is left to the cloud to
// fill in, is treated as none: nothing here depends on it.
func (l *loader) store(o *object, one *field, name string, in *Input) {
	one.taken = true
	value, err := o.scope.json(one.value)
	if err == nil && name == "nasConfig" && automatic(value) { // where the cloud's tool mounts what it makes
		value = json.RawMessage(`{"mountPoints":[{"serverAddr":"auto:/","mountDir":"/mnt/auto"}]}`)
	}
	switch {
	case err != nil:
		l.note(one.key, name+" has no effect here and is ignored ("+problem(err)+")")
	case automatic(value):
		l.note(one.key, name+" auto is made by the cloud; here it is treated as none")
	case string(value) == "null":
	default:
		if in.Stored == nil {
			in.Stored = map[string]json.RawMessage{}
		}
		in.Stored[name] = value
		if !slices.Contains(effectiveFields(), name) {
			l.note(one.key, name+" is stored but has no effect here")
		}
	}
}

func automatic(value json.RawMessage) bool {
	text := ""
	return json.Unmarshal(value, &text) == nil && strings.EqualFold(text, "auto")
}

// quiet takes a member that has no effect here: what cannot be evaluated is noted, not refused.
func (o *object) quiet(name string) *yaml.Node {
	one := o.find(name)
	if one == nil {
		return nil
	}
	one.taken = true
	value, err := o.scope.shallow(one.value)
	if err != nil {
		o.note(one.key, name+" has no effect here and is ignored ("+problem(err)+")")
		return nil
	}
	if empty(value) {
		return nil
	}
	return value
}

// soft reads a text that has no effect here.
func (o *object) soft(name string) string {
	if node := o.quiet(name); node != nil && node.Kind == yaml.ScalarNode {
		return node.Value
	}
	return ""
}

// problem is an error without its place.
func problem(err error) string {
	if one, ok := err.(*Error); ok {
		return one.Problem
	}
	return err.Error()
}

// functionFields are the names that a misspelt member may have been meant for.
func functionFields() []string {
	return slices.Concat([]string{"region", "functionName", "name", "description", "runtime", "handler", "code", "codeUri",
		"cpu", "memorySize", "diskSize", "timeout", "instanceConcurrency", "idleTimeout", "environmentVariables",
		"layers", "tags", "role", "logConfig", "internetAccess", "customRuntimeConfig", "customContainerConfig", "instanceLifecycleConfig",
		"asyncInvokeConfig", "asyncConfiguration", "provisionConfig", "scalingConfig", "concurrencyConfig", "triggers", "initializer", "caPort", "disableInjectCredentials"},
		storedFields(), leftOut())
}

// nearest returns the name that a word comes nearest to, where it is near at all.
func nearest(word string, names []string) string {
	best, distance := "", 3
	for _, name := range names {
		if d := edits(fold(word), fold(name)); d < distance && d*3 < len(name) {
			best, distance = name, d
		}
	}
	return best
}

// edits is the number of letters to insert, delete or replace to make a into b.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
