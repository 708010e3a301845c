package gateway

import (
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// door is where a request came in: the HTTP trigger on its default domain, or a route of a custom
// domain. The rules about requests and answers ask the door, never what kind it is of.
type door struct {
	trigger *emulator.Trigger // of a custom domain: in FC 2.0 only
	host    string            // of a custom domain
	path    string            // of its route
	secure  bool              // its protocol is HTTPS alone
	access  emulator.Access
	methods []string // none = all

	closed    bool // disableURLInternet
	inline    bool // Content-Disposition is the function's business
	redirects bool // 3xx answers may pass
	barred    bool // APK answers may not pass
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
		barred:    g.RefuseAPK,
		crossed:   true,
	}
}

// name is what refusals call the door.
func (d *door) name() string {
	if d.host != "" {
		return "route '" + d.path + "' of domain '" + d.host + "'"
	}
	return "trigger '" + d.trigger.TriggerName + "'"
}

// domain is the host name that an event shows, with its first label.
func (d *door) domain(region string) (name, prefix string) {
	if d.host != "" {
		prefix, _, _ = strings.Cut(d.host, ".")
		return d.host, prefix
	}
	return d.trigger.TriggerID + "." + region + ".fcapp.run", d.trigger.TriggerID
}

// allows tells whether the door lets a method in.
func (d *door) allows(method string) bool {
	return len(d.methods) == 0 || slices.Contains(d.methods, method)
}
