// Package v20160815 is the first generation of the API (FC 2.0): what it has apart from
// 2021-04-06. What both share is in package service.
package v20160815

import (
	"encoding/json"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/api"
	"github.com/fcemu/fcemu/emulator/api/service"
)

// Version is the first segment of the paths of this generation.
const Version = "2016-08-15"

// Routes lists the operations. The Dialect of shared is set here.
func Routes(shared service.API) []api.Route {
	shared.Dialect = dialect{}
	a := &shared
	return append(a.Routes(), []api.Route{
		{Pattern: "DELETE /" + Version + "/tag", Operation: a.UntagResource},
		// the Java client: singular, and the VPC to unbind in the body
		{Pattern: "POST /" + Version + "/services/{service}/binding", Operation: a.CreateVpcBinding},
		{Pattern: "DELETE /" + Version + "/services/{service}/binding", Operation: a.DeleteVpcBindingInBody},
		{Pattern: "GET /" + Version + "/reservedCapacities", Operation: a.ListReservedCapacities},
	}...)
}

type dialect struct{}

func (dialect) Version() string { return Version }

// Reference reads service.qualifier from one segment of the path: names have no dots.
func (dialect) Reference(c *api.Call) emulator.Reference {
	service, qualifier := c.Path("service"), ""
	if dot := strings.LastIndexByte(service, '.'); dot >= 0 {
		service, qualifier = service[:dot], service[dot+1:]
	}
	return emulator.Reference{Name: emulator.Name{Service: service, Function: c.Path("function")}, Qualifier: qualifier}
}

// Trigger is a trigger as this generation shows it: its configuration is an object.
type Trigger struct {
	service.Trigger
	TriggerConfig json.RawMessage `json:"triggerConfig"`
}

func (dialect) Trigger(common service.Trigger, config json.RawMessage, _ string) any {
	return &Trigger{Trigger: common, TriggerConfig: config}
}

// Instance is an instance as this generation shows it: versions are numbers, LATEST is 0.
type Instance struct {
	InstanceID string      `json:"instanceId"`
	VersionID  json.Number `json:"versionId"`
}

func (dialect) Instance(id, version string) any {
	if !emulator.IsVersion(version) {
		version = "0"
	}
	return &Instance{InstanceID: id, VersionID: json.Number(version)}
}
