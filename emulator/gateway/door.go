package gateway

import (
	"slices"

	"github.com/fcemu/fcemu/emulator"
)

// door is where a request came in: the HTTP trigger on its default domain, or a route of a custom
// domain. The rules about requests and answers ask the door, never what kind it is of.
type door struct {
	trigger *emulator.Trigger
	access  emulator.Access
	methods []string // none = all

	closed    bool // disableURLInternet
	inline    bool // Content-Disposition is the function's business
	redirects bool // 3xx answers may pass
	crossed   bool // other origins may call without a corsConfig
}

// triggerDoor is the default domain of a function.
func (g *Gateway) triggerDoor(trigger *emulator.Trigger, config *emulator.HTTPTrigger) door {
	return door{
		trigger:   trigger,
		access:    emulator.Access{AuthType: config.AuthType, AuthInfo: config.AuthConfig, CORS: config.CORSConfig},
		methods:   config.Methods,
		closed:    config.DisableURLInternet,
		inline:    g.AllowInline,
		redirects: g.AllowRedirects,
		crossed:   true,
	}
}

// name is what refusals call the door.
func (d *door) name() string { return "trigger '" + d.trigger.TriggerName + "'" }

// domain is the host name that an event shows, with its first label.
func (d *door) domain(region string) (name, prefix string) {
	return d.trigger.TriggerID + "." + region + ".fcapp.run", d.trigger.TriggerID
}

// allows tells whether the door lets a method in.
func (d *door) allows(method string) bool {
	return len(d.methods) == 0 || slices.Contains(d.methods, method)
}
