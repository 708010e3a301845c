package emulator

import (
	"encoding/json"
	"strings"
	"time"
)

// CustomDomain leads the requests of a host name to functions.
type CustomDomain struct {
	DomainName       string                     `json:"domainName"`
	Protocol         string                     `json:"protocol"` // HTTP, HTTPS or "HTTP,HTTPS"
	Routes           []DomainRoute              `json:"routes,omitempty"`
	Stored           map[string]json.RawMessage `json:"stored,omitempty"` // certConfig, tlsConfig, wafConfig, authConfig, corsConfig
	CreatedTime      time.Time                  `json:"createdTime"`
	LastModifiedTime time.Time                  `json:"lastModifiedTime"`
	Etag             string                     `json:"-"`
}

// DomainRoute leads a path of a custom domain to a function. A path that ends in "*" takes
// everything below it.
type DomainRoute struct {
	Path          string          `json:"path"`
	Function      Name            `json:"function"`
	Qualifier     string          `json:"qualifier,omitempty"`
	Methods       []string        `json:"methods,omitempty"` // none = all
	RewriteConfig json.RawMessage `json:"rewriteConfig,omitempty"`
}

// Route finds the route for a path, still percent-encoded and without the query, or nil. The very
// path goes before wildcards, of which the longest goes first. Source: FC 3.0 "Configure a custom
// domain name".
func (d *CustomDomain) Route(path string) *DomainRoute {
	var found *DomainRoute
	for i := range d.Routes {
		route := &d.Routes[i]
		if route.Path == path {
			return route
		}
		prefix, wild := strings.CutSuffix(route.Path, "*")
		if wild && strings.HasPrefix(path, prefix) && (found == nil || len(route.Path) > len(found.Path)) {
			found = route
		}
	}
	return found
}

// DomainNotFound refuses an unknown custom domain.
func DomainNotFound(domain string) *Error {
	return Refuse(404, "DomainNameNotFound", "domain name '%s' does not exist", domain)
}
