package gateway

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/invoke"
)

// shownRoutes is how many routes a 404 names.
const shownRoutes = 20

// ServesDomain tells whether a request is for a custom domain.
func (g *Gateway) ServesDomain(r *http.Request) bool {
	domain, err := g.domainOf(r.Context(), r.Host)
	return err != nil || domain != nil
}

func (g *Gateway) domainOf(ctx context.Context, host string) (*emulator.CustomDomain, error) {
	return g.Catalogue.DomainOf(ctx, hostname(host))
}

// hostname cuts off the port, and the dot of a full name.
func hostname(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	return strings.TrimSuffix(host, ".")
}

// resolveDomain finds the route of a custom domain and the function behind it.
func (c *call) resolveDomain(domain *emulator.CustomDomain) *emulator.Error {
	raw := rawTarget(c.r)
	path, _, _ := strings.Cut(raw, "?")
	route := domain.Route(path)
	if route == nil {
		return noRoute(domain, path)
	}
	c.route = newRoute(emulator.Reference{Name: route.Function, Qualifier: route.Qualifier}, path, 0)
	c.record.Function = route.Function
	rewrite, err := c.gateway.rewrites.get(route.RewriteConfig, emulator.ParseRewrite)
	if err != nil {
		return refusalOf(err)
	}
	c.target = rewrite.Apply(raw)
	if c.fn, err = c.gateway.Catalogue.Choose(c.r.Context(), c.route.Reference, invoke.Traffic(c.r)); err != nil {
		return refusalOf(err)
	}
	if c.door, err = c.domainDoor(domain, route); err != nil {
		return refusalOf(err)
	}
	return nil
}

// domainDoor is a route of a custom domain. In FC 2.0 it leads to the function's HTTP trigger, whose
// rules go on to hold.
func (c *call) domainDoor(domain *emulator.CustomDomain, route *emulator.DomainRoute) (door, error) {
	auth, err := c.gateway.auths.get(domain.Stored["authConfig"], parseAuth)
	if err != nil {
		return door{}, err
	}
	d := door{
		host: strings.ToLower(hostname(c.r.Host)), path: route.Path, secure: domain.Protocol == "HTTPS", methods: route.Methods, inline: true, redirects: true,
		access: emulator.Access{AuthType: cmp.Or(auth.AuthType, authAnonymous), AuthInfo: auth.AuthInfo, CORS: domain.Stored["corsConfig"]},
	}
	if route.Function.Service == "" {
		return d, nil
	}
	trigger, config, err := c.gateway.Catalogue.HTTPTrigger(c.r.Context(), c.route.Reference)
	if err != nil {
		return door{}, err
	}
	d.trigger = trigger
	if auth.AuthType == "" {
		d.access.AuthType, d.access.AuthInfo = config.AuthType, config.AuthConfig
	}
	if len(d.methods) == 0 {
		d.methods = config.Methods
	}
	return d, nil
}

// domainAuth is an authConfig of a custom domain.
type domainAuth struct {
	AuthType string          `json:"authType"`
	AuthInfo json.RawMessage `json:"authInfo"`
}

func parseAuth(raw json.RawMessage) (*domainAuth, error) {
	auth := &domainAuth{}
	if len(raw) == 0 {
		return auth, nil
	}
	err := json.Unmarshal(raw, auth)
	return auth, err
}

// noRoute is the 404 of a custom domain. Its code is ours: FC's is not documented.
func noRoute(domain *emulator.CustomDomain, path string) *emulator.Error {
	var list []string
	for i, route := range domain.Routes {
		if i == shownRoutes {
			list = append(list, "…")
			break
		}
		list = append(list, route.Path+" to "+route.Function.String())
	}
	if len(list) == 0 {
		list = []string{"none"}
	}
	return emulator.Refuse(http.StatusNotFound, "DomainRouteNotFound", "domain '%s' has no route for path '%s'; its routes: %s",
		domain.DomainName, path, strings.Join(list, ", "))
}
