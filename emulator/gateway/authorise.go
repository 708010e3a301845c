package gateway

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/jwt"
)

// The values of authType.
const (
	authAnonymous = "anonymous"
	authFunction  = "function" // the default of triggers
	authJWT       = "jwt"
)

// authorise holds what the door asks of its callers. Tokens are always judged; signatures where the
// user asked for that, since only the user knows the keys.
func (c *call) authorise() *emulator.Error {
	switch c.door.access.AuthType {
	case authAnonymous:
		return nil
	case authFunction, "":
		return c.authoriseSigned()
	case authJWT:
		return c.authoriseToken()
	}
	return emulator.Refuse(http.StatusForbidden, "AccessDenied", "%s has authType '%s', which is not known", c.door.name(), c.door.access.AuthType)
}

func (c *call) authoriseSigned() *emulator.Error {
	if c.gateway.Signed == nil {
		return nil
	}
	held, refusal := c.gateway.Signed(c.r)
	if refusal != nil || !held {
		return refusal
	}
	body, refusal := c.readBody(c.bodyLimit())
	if refusal == nil {
		c.r.Body = io.NopCloser(bytes.NewReader(body)) // its length stays as unknown as it was: there may be trailers
	}
	return refusal
}

// authoriseToken judges the token and hands its claims to the function.
func (c *call) authoriseToken() *emulator.Error {
	policy, err := c.gateway.policies.get(c.door.access.AuthInfo, jwt.Parse)
	if err != nil {
		return refusalOf(err)
	}
	form, refusal := c.tokenForm(policy)
	if refusal != nil {
		return refusal
	}
	var claims jwt.Claims
	if policy.Guards(c.guardedPath()) {
		token := c.findToken(policy, form)
		if token == "" {
			return jwt.Missing()
		}
		if claims, refusal = policy.Judge(token, c.now); refusal != nil {
			return refusal
		}
	}
	c.passClaims(policy, claims, form)
	return nil
}

// guardedPath is the path that blacklist and whitelist are about: for a proxy address of FC 2.0 the
// part behind service and function.
func (c *call) guardedPath() string {
	path := c.route.Path
	return "/" + strings.TrimPrefix(path[min(c.route.prefix, len(path)):], "/")
}

// findToken returns the first token that the lookups find; no other is looked at.
func (c *call) findToken(policy *jwt.Policy, form *form) string {
	for _, place := range policy.Lookups {
		for _, value := range c.valuesAt(place, form) {
			if token := place.Token(value); token != "" {
				return token
			}
		}
	}
	return ""
}

func (c *call) valuesAt(place jwt.Place, form *form) []string {
	switch place.Position {
	case jwt.Header:
		return c.r.Header.Values(place.Name)
	case jwt.Cookie:
		var values []string
		for _, cookie := range c.r.CookiesNamed(place.Name) {
			values = append(values, cookie.Value)
		}
		return values
	case jwt.Query:
		_, query, _ := strings.Cut(rawTarget(c.r), "?")
		return pairsNamed(query, place.Name)
	}
	return form.values(place.Name)
}
