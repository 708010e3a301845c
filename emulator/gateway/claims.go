package gateway

import (
	"net/textproto"
	"net/url"
	"strings"

	"github.com/fcemu/fcemu/emulator/jwt"
)

// passClaims gives the function the claims that are mapped. What the client itself sent under such a
// name goes in any case, so that a function may trust it.
func (c *call) passClaims(policy *jwt.Policy, claims jwt.Claims, form *form) {
	for _, mapping := range policy.Claims {
		c.dropOwn(mapping, form)
	}
	for _, mapping := range policy.Claims {
		if value, ok := claims.Text(mapping.Claim); ok {
			c.setClaim(mapping, oneLine(value), form)
		}
	}
	if form != nil && form.changed {
		c.setBody(form.body)
	}
}

// dropOwn removes the client's own values of a mapping's target.
func (c *call) dropOwn(mapping jwt.Mapping, form *form) {
	switch mapping.Position {
	case jwt.Header:
		dropHeader(c.r.Header, mapping.Name)
	case jwt.Cookie:
		dropCookie(c.r.Header, mapping.Name)
	case jwt.Query:
		if path, query, ok := strings.Cut(c.target, "?"); ok {
			c.target = withQuery(path, dropPairs(query, mapping.Name))
		}
	case jwt.Form:
		form.drop(mapping.Name)
	}
}

func (c *call) setClaim(mapping jwt.Mapping, value string, form *form) {
	switch mapping.Position {
	case jwt.Header:
		c.r.Header[textproto.CanonicalMIMEHeaderKey(mapping.Name)] = []string{value}
	case jwt.Cookie:
		pair := mapping.Name + "=" + cookieValue(value)
		if own := strings.Join(c.r.Header["Cookie"], "; "); own != "" {
			pair = own + "; " + pair
		}
		c.r.Header["Cookie"] = []string{pair}
	case jwt.Query:
		path, query, _ := strings.Cut(c.target, "?")
		c.target = withQuery(path, addPair(query, mapping.Name, value))
	case jwt.Form:
		form.add(mapping.Name, value)
	}
}

// dropHeader removes a header in every spelling that CGI and WSGI take for the same: X_User is X-User.
func dropHeader(header map[string][]string, name string) {
	plain := strings.ReplaceAll(name, "_", "-")
	for key := range header {
		if len(key) == len(plain) && strings.EqualFold(strings.ReplaceAll(key, "_", "-"), plain) {
			delete(header, key)
		}
	}
}

func dropCookie(header map[string][]string, name string) {
	var kept []string
	for _, line := range header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			pair = strings.TrimSpace(pair)
			if own, _, _ := strings.Cut(pair, "="); pair != "" && strings.TrimSpace(own) != name {
				kept = append(kept, pair)
			}
		}
	}
	delete(header, "Cookie")
	if len(kept) > 0 {
		header["Cookie"] = []string{strings.Join(kept, "; ")}
	}
}

// cookieValue encodes what may not stand in a cookie.
func cookieValue(text string) string {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`",;\%`, c) >= 0 {
			return url.PathEscape(text)
		}
	}
	return text
}

func withQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}

// pairsNamed returns the values of a name in a query or a form, decoded.
func pairsNamed(encoded, name string) []string {
	var values []string
	for pair := range strings.SplitSeq(encoded, "&") {
		if key, value, _ := strings.Cut(pair, "="); queryUnescape(key) == name {
			values = append(values, queryUnescape(value))
		}
	}
	return values
}

// dropPairs leaves the other pairs as they were written.
func dropPairs(encoded, name string) string {
	var kept []string
	for pair := range strings.SplitSeq(encoded, "&") {
		if key, _, _ := strings.Cut(pair, "="); queryUnescape(key) != name {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

func addPair(encoded, name, value string) string {
	pair := url.QueryEscape(name) + "=" + url.QueryEscape(value)
	if encoded == "" {
		return pair
	}
	return encoded + "&" + pair
}

func queryUnescape(text string) string {
	if strings.IndexByte(text, '%') < 0 && strings.IndexByte(text, '+') < 0 {
		return text
	}
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// oneLine keeps a claim from ending the header or form part that it stands in.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}
