package control

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/certificate"
)

// Limits of host names. Source: FC 3.0 "Configure a custom domain name".
const (
	maxDomain = 256
	maxLabel  = 63
)

// domainKey: a host name in any case of letters is the same.
func domainKey(domain string) emulator.RecordKey {
	return emulator.RecordKey{Kind: emulator.RecordDomain, Name: strings.ToLower(domain)}
}

// CreateDomain adds a custom domain. Nobody asks whether its name resolves to this machine.
func (c *Catalogue) CreateDomain(ctx context.Context, domain *emulator.CustomDomain) (*emulator.CustomDomain, error) {
	next := *domain
	next.DomainName = strings.ToLower(next.DomainName)
	if err := checkDomain(&next); err != nil {
		return nil, err
	}
	now := c.now()
	next.CreatedTime, next.LastModifiedTime = now, now
	record, err := c.record(domainKey(next.DomainName), now, now, &next)
	if err != nil {
		return nil, err
	}
	err = c.store.Insert(ctx, record)
	if errors.Is(err, emulator.ErrRecordExists) {
		return nil, emulator.Refuse(409, "DomainNameAlreadyExists", "domain name '%s' already exists", next.DomainName)
	}
	if err != nil {
		return nil, err
	}
	c.cache.forgetDomains()
	next.Etag = record.Etag
	return &next, nil
}

// checkDomain holds the rules about a custom domain. A route may name a function that comes later.
func checkDomain(domain *emulator.CustomDomain) error {
	if domain.DomainName == "" {
		return emulator.InvalidArgument("DomainName is not specified")
	}
	if !isDomain(domain.DomainName) {
		return invalidValue("DomainName", "a host name such as www.example.com or *.example.com", shorten(domain.DomainName))
	}
	dropEmpty(domain.Stored)
	orElse(&domain.Protocol, "HTTP")
	if allowed := []string{"HTTP", "HTTPS", "HTTP,HTTPS"}; !slices.Contains(allowed, domain.Protocol) {
		return invalidChoice("Protocol", allowed, shorten(domain.Protocol))
	}
	if err := checkDomainAccess(domain); err != nil {
		return err
	}
	if err := certificate.Check(domain.Stored["certConfig"], domain.Stored["tlsConfig"]); err != nil {
		return err
	}
	seen := map[string]bool{}
	for i := range domain.Routes {
		if err := checkRoute(&domain.Routes[i]); err != nil {
			return err
		}
		path := domain.Routes[i].Path
		if seen[path] {
			return emulator.InvalidArgument("RouteConfig has path '%s' more than once", shorten(path))
		}
		seen[path] = true
	}
	return nil
}

// dropEmpty removes what is set to nothing: that is how a setting of a domain is taken away.
func dropEmpty(stored map[string]json.RawMessage) {
	for name, raw := range stored {
		if members := map[string]json.RawMessage(nil); json.Unmarshal(raw, &members) == nil && len(members) == 0 {
			delete(stored, name)
		}
	}
}

func checkRoute(route *emulator.DomainRoute) error {
	path := route.Path
	if !strings.HasPrefix(path, "/") || strings.Contains(strings.TrimSuffix(path, "*"), "*") {
		return invalidValue("RouteConfig.Path", "a path that begins with '/' and has '*' at its end only", shorten(path))
	}
	if route.Function.Service != "" {
		if err := checkName("RouteConfig.ServiceName", route.Function.Service); err != nil {
			return err
		}
	}
	methods := make([]string, len(route.Methods))
	for i, method := range route.Methods {
		methods[i] = strings.ToUpper(method)
		if !slices.Contains(httpMethods(), methods[i]) {
			return invalidChoice("RouteConfig.Methods", httpMethods(), shorten(method))
		}
	}
	if len(methods) > 0 {
		route.Methods = methods
	}
	if _, err := emulator.ParseRewrite(route.RewriteConfig); err != nil {
		return err
	}
	return checkName("RouteConfig.FunctionName", route.Function.Function)
}

// isDomain holds the form of a host name of two labels or more, the first of which may be "*". The
// last is no number: an address is nobody's domain.
func isDomain(name string) bool {
	labels := strings.Split(strings.TrimPrefix(name, "*."), ".")
	if len(name) > maxDomain || len(labels) < 2 || strings.Trim(labels[len(labels)-1], "0123456789") == "" {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
				return false
			}
		}
	}
	return true
}

// Domain returns one custom domain.
func (c *Catalogue) Domain(ctx context.Context, domain string) (*emulator.CustomDomain, error) {
	found := &emulator.CustomDomain{}
	record, err := c.read(ctx, domainKey(domain), found, emulator.DomainNotFound(domain))
	if err != nil {
		return nil, err
	}
	found.Etag = record.Etag
	return found, nil
}

// UpdateDomain changes a custom domain; its name stays.
func (c *Catalogue) UpdateDomain(ctx context.Context, domain string, change func(*emulator.CustomDomain) error) (*emulator.CustomDomain, error) {
	c.children.Lock()
	defer c.children.Unlock()
	present, err := c.Domain(ctx, domain)
	if err != nil {
		return nil, err
	}
	next := *present
	next.Stored, next.Routes = maps.Clone(present.Stored), slices.Clone(present.Routes)
	if err := change(&next); err != nil {
		return nil, err
	}
	next.DomainName, next.CreatedTime, next.LastModifiedTime = present.DomainName, present.CreatedTime, c.now()
	if err := checkDomain(&next); err != nil {
		return nil, err
	}
	record, err := c.record(domainKey(domain), next.CreatedTime, next.LastModifiedTime, &next)
	if err != nil {
		return nil, err
	}
	if err := c.replace(ctx, record, "", emulator.DomainNotFound(domain)); err != nil {
		return nil, err
	}
	c.cache.forgetDomains()
	next.Etag = record.Etag
	return &next, nil
}

// DeleteDomain removes a custom domain.
func (c *Catalogue) DeleteDomain(ctx context.Context, domain, ifMatch string) error {
	c.children.Lock()
	defer c.children.Unlock()
	present, err := c.Domain(ctx, domain)
	if err != nil {
		return err
	}
	if err := emulator.IfMatch(ifMatch, present.Etag); err != nil {
		return err
	}
	if err := c.remove(ctx, domainKey(domain), "", emulator.DomainNotFound(domain)); err != nil {
		return err
	}
	c.cache.forgetDomains()
	return nil
}

// Domains lists custom domains by ascending name. from is the first name to show.
func (c *Catalogue) Domains(ctx context.Context, prefix, from string, limit int) (list []*emulator.CustomDomain, next string, err error) {
	top := ""
	records, next, err := c.page(ctx, emulator.RecordDomain, &top, strings.ToLower(prefix), strings.ToLower(from), limit)
	for _, record := range records {
		domain := &emulator.CustomDomain{}
		if err := decode(record, domain); err != nil {
			return nil, "", err
		}
		domain.Etag = record.Etag
		list = append(list, domain)
	}
	return list, next, err
}

// DomainOf returns the custom domain that serves a host name, in any case of letters, or nil. A
// domain of that very name goes before one with "*". After the first call it is a look-up in memory.
func (c *Catalogue) DomainOf(ctx context.Context, host string) (*emulator.CustomDomain, error) {
	known, generation := c.cache.knownDomains()
	if known == nil {
		all, _, err := c.Domains(ctx, "", "", everything)
		if err != nil {
			return nil, err
		}
		known = make(map[string]*emulator.CustomDomain, len(all))
		for _, domain := range all {
			known[strings.ToLower(domain.DomainName)] = domain
		}
		c.cache.learnDomains(generation, known)
	}
	if len(known) == 0 {
		return nil, nil
	}
	host = strings.ToLower(host)
	if domain := known[host]; domain != nil {
		return domain, nil
	}
	_, parent, _ := strings.Cut(host, ".")
	return known["*."+parent], nil
}

// HasDomain tells whether a host name, without port, is that of a custom domain.
func (c *Catalogue) HasDomain(host string) bool {
	domain, err := c.DomainOf(context.Background(), host)
	return err == nil && domain != nil
}
