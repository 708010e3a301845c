package project

import (
	"encoding/json"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"go.yaml.in/yaml/v3"
)

// Domain is a custom domain as the file wants it.
type Domain struct {
	Name     string // in small letters, as host names are compared
	Protocol string // empty: the server's default
	Routes   []emulator.DomainRoute
	Whole    bool                       // Routes are all that the domain has; else they join those of other functions
	Settings map[string]json.RawMessage // certConfig, tlsConfig, authConfig, corsConfig, wafConfig
	Position Position
}

// domains reads the custom domains of a function: one with one route in FC 3.0, a list in FC 2.0.
func (l *loader) domains(props *object, fn emulator.Name) (all []Domain) {
	name, also := l.words("customDomain", "customDomains")
	node := props.take(name, also)
	if node == nil {
		return nil
	}
	list := []*yaml.Node{node}
	if node.Kind == yaml.SequenceNode {
		list = node.Content
	}
	for _, one := range list {
		o := props.object(props.scope, one, "a custom domain")
		if domain, ok := l.domain(o, o.text("domainName"), fn, false); ok {
			all = append(all, domain)
		}
	}
	return all
}

// domainResource reads a custom domain that stands for itself.
func (l *loader) domainResource(key *yaml.Node, props *object) {
	name := props.text("domainName")
	if l.selected(key.Value, name) {
		props.where = "a custom domain"
		l.region(props)
		if domain, ok := l.domain(props, name, emulator.Name{}, true); ok {
			l.project.Domains = append(l.project.Domains, domain)
		}
	}
}

// domain reads a custom domain. Without a function of its own each route names one.
func (l *loader) domain(o *object, name string, fn emulator.Name, whole bool) (Domain, bool) {
	before := len(l.errors)
	domain := Domain{Name: strings.ToLower(name), Protocol: strings.ToUpper(o.text("protocol")), Whole: whole,
		Settings: map[string]json.RawMessage{}, Position: l.position(o.node)}
	for _, route := range l.routeObjects(o) {
		domain.Routes = append(domain.Routes, l.route(route, fn))
	}
	if len(domain.Routes) == 0 && !whole {
		domain.Routes = []emulator.DomainRoute{{Path: "/*", Function: fn}}
		l.note(o.node, "the domain "+domain.Name+" has no route; /* leads to "+fn.String())
	}
	switch {
	case domain.Name == "":
		l.fail(o.node, "domainName is missing", "add domainName: a host name, or auto")
	case strings.EqualFold(domain.Name, "auto") && len(domain.Routes) == 0:
		l.fail(o.given("domainName").value, "domainName auto needs a route", "write the name, for example shop.example.localhost")
	case strings.EqualFold(domain.Name, "auto"): // the cloud makes one up
		domain.Name = domain.Routes[0].Function.Function + ".localhost"
	}
	l.domainSettings(o, &domain)
	o.unknown("domainName", "protocol", "route", "routeConfig", "routeConfigs", "certConfig", "tlsConfig", "authConfig", "corsConfig", "wafConfig")
	return domain, len(l.errors) == before
}

// rivals tells routes of one domain and path that lead to different functions: the last one deployed wins.
func (l *loader) rivals() {
	type place struct{ domain, path string }
	first := map[place]emulator.Name{}
	for _, domain := range l.project.Domains {
		for _, route := range domain.Routes {
			at := place{domain.Name, route.Path}
			before, taken := first[at]
			if taken && before != route.Function {
				l.project.Notices = append(l.project.Notices, Notice{Position: domain.Position, Text: "the route " + route.Path + " of " + domain.Name +
					" led to " + before.String() + " and leads to " + route.Function.String() + " now; give one of them another domainName or path"})
			}
			first[at] = route.Function
		}
	}
}

// routeObjects finds the routes: route in FC 3.0, routeConfigs in FC 2.0, routeConfig.routes in the
// component that makes domains.
func (l *loader) routeObjects(o *object) []*object {
	if o.has("route") {
		return []*object{o.inner("route")}
	}
	if o.has("routeConfigs") {
		return o.items("routeConfigs", "a route")
	}
	if o.has("routeConfig") {
		return o.inner("routeConfig").items("routes", "a route")
	}
	return nil
}

func (l *loader) route(o *object, fn emulator.Name) emulator.DomainRoute {
	o.where = "a route"
	route := emulator.DomainRoute{Path: o.text("path"), Qualifier: o.text("qualifier"), Function: fn}
	if route.Path == "" {
		l.fail(o.node, "the path of the route is missing", "add path: /*")
	}
	if service := o.text("serviceName"); service != "" {
		route.Function.Service = service
	}
	if name := o.text("functionName"); name != "" {
		route.Function.Function = name
	}
	if route.Function.Function == "" {
		l.fail(o.node, "the function of the route is missing", "add functionName")
	}
	for _, method := range o.texts("methods", "method") {
		route.Methods = append(route.Methods, l.method(o, method))
	}
	route.RewriteConfig = l.member(o, "rewriteConfig")
	o.unknown("path", "serviceName", "functionName", "qualifier", "methods", "rewriteConfig")
	return route
}

func (l *loader) domainSettings(o *object, domain *Domain) {
	for _, name := range []string{"tlsConfig", "authConfig", "corsConfig", "wafConfig"} {
		if value := l.member(o, name); value != nil {
			domain.Settings[name] = value
		}
	}
	if domain.Settings["wafConfig"] != nil {
		l.note(o.given("wafConfig").key, "wafConfig is stored but has no effect here")
	}
	if o.has("certId") {
		one := o.find("certId")
		one.taken = true
		l.note(one.key, "certId names a certificate in the cloud, which cannot be fetched; it is ignored")
	}
	if o.has("certConfig") {
		if value := l.certificate(o.inner("certConfig")); value != nil {
			domain.Settings["certConfig"] = value
		}
	}
}

// FirstPath is the path of the first route, / without any.
func (d *Domain) FirstPath() string {
	if len(d.Routes) == 0 {
		return "/"
	}
	return d.Routes[0].Path
}

// Body is the CreateCustomDomainInput of FC 3.0.
func (d *Domain) Body() map[string]any {
	routes := []map[string]any{}
	for _, route := range d.Routes {
		shown := map[string]any{"path": route.Path, "functionName": route.Function.Wire()}
		if route.Qualifier != "" {
			shown["qualifier"] = route.Qualifier
		}
		if len(route.Methods) > 0 {
			shown["methods"] = route.Methods
		}
		if route.RewriteConfig != nil {
			shown["rewriteConfig"] = route.RewriteConfig
		}
		routes = append(routes, shown)
	}
	body := map[string]any{"domainName": d.Name, "routeConfig": map[string]any{"routes": routes}}
	if d.Protocol != "" {
		body["protocol"] = d.Protocol
	}
	for name, value := range d.Settings {
		body[name] = value
	}
	return body
}
