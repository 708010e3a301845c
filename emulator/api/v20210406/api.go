// Package v20210406 is the second generation of the API (FC 2.0): what it has apart from
// 2016-08-15. What both share is in package service.
package v20210406

import (
	"encoding/json"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/api/service"
)

// Version is the first segment of the paths of this generation.
const Version = "2021-04-06"

// Routes lists the operations. The Dialect of shared is set here.
func Routes(shared service.API) []api.Route {
	shared.Dialect = dialect{}
	a := &shared
	const root = "/" + Version
	const sources = root + "/services/{service}/functions/{function}/event-sources"
	return append(a.Routes(), []api.Route{
		{Pattern: "PUT " + root + "/tag", Operation: a.UntagResource},
		{Pattern: "GET " + root + "/tags", Operation: a.ListTaggedResources},
		{Pattern: "GET " + root + "/reserved-capacities", Operation: a.ListReservedCapacities},
		{Pattern: "POST " + sources, Operation: a.RegisterEventSource},
		{Pattern: "GET " + sources, Operation: a.ListEventSources},
		{Pattern: "DELETE " + sources + "/{source...}", Operation: a.DeregisterEventSource},
	}...)
}

type dialect struct{}

func (dialect) Version() string { return Version }

// Reference reads the qualifier from the query.
func (dialect) Reference(c *api.Call) emulator.Reference {
	name := emulator.Name{Service: c.Path("service"), Function: c.Path("function")}
	return emulator.Reference{Name: name, Qualifier: c.Query("qualifier")}
}

// Trigger is a trigger as this generation shows it: its configuration is an object inside a text,
// and the addresses of an HTTP trigger stand beside it. There is one network here, so all are the same.
type Trigger struct {
	service.Trigger
	TriggerConfig string `json:"triggerConfig"`
	DomainName    string `json:"domainName,omitempty"`
	URLInternet   string `json:"urlInternet,omitempty"`
	URLIntranet   string `json:"urlIntranet,omitempty"`
}

func (dialect) Trigger(common service.Trigger, config json.RawMessage, address string) any {
	return &Trigger{Trigger: common, TriggerConfig: string(config), URLInternet: address, URLIntranet: address}
}

// Instance is an instance as this generation shows it: versions are texts, LATEST is "0".
type Instance struct {
	InstanceID string `json:"instanceId"`
	VersionID  string `json:"versionId"`
}

func (dialect) Instance(id, version string) any {
	if !emulator.IsVersion(version) {
		version = "0"
	}
	return &Instance{InstanceID: id, VersionID: version}
}
