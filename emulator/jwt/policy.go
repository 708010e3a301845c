package jwt

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// maxConfig is the longest configuration that is read, in bytes.
const maxConfig = 256 << 10

// Policy says which requests need a token, and what a good one brings. It never changes.
type Policy struct {
	Lookups []Place   // where to look for the token; the first one found is judged
	Claims  []Mapping // what of a token the function gets to see

	keys   []key
	listed []string // paths
	free   bool     // the listed paths need no token; otherwise only they need one
	normal json.RawMessage
}

// config is the wire form. encoding/json does not mind the case of letters, so that it reads both
// spellings of every key: JWKS and jwks, blackList and blacklist.
type config struct {
	JWKS        json.RawMessage `json:"jwks"`
	TokenLookup json.RawMessage `json:"tokenLookup"`
	ClaimPassBy json.RawMessage `json:"claimPassBy,omitempty"`
	BlackList   []string        `json:"blacklist,omitempty"`
	WhiteList   []string        `json:"whitelist,omitempty"`
}

// Parse reads a configuration: a JSON object, or a JSON string that holds one. Its errors are
// refusals with InvalidArgument.
func Parse(raw json.RawMessage) (*Policy, error) {
	raw, err := inner(raw)
	if err != nil {
		return nil, err
	}
	if len(raw) > maxConfig {
		return nil, invalid("it has %d bytes (max: %d)", len(raw), maxConfig)
	}
	var c config
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, invalid("it is not a JSON object with jwks and tokenLookup (%v)", err)
	}
	if len(c.BlackList) > 0 && len(c.WhiteList) > 0 {
		return nil, invalid("blacklist and whitelist exclude each other")
	}
	p := &Policy{listed: c.BlackList}
	if len(c.BlackList) == 0 {
		p.listed, p.free = c.WhiteList, true
	}
	for _, path := range p.listed {
		if !strings.HasPrefix(path, "/") || strings.Contains(strings.TrimSuffix(path, "*"), "*") {
			return nil, invalid("path '%s' must begin with '/' and may have '*' at its end only", emulator.Clip(path))
		}
	}
	if p.keys, err = parseKeys(c.JWKS); err != nil {
		return nil, err
	}
	if p.Lookups, err = parseLookups(c.TokenLookup); err != nil {
		return nil, err
	}
	if p.Claims, err = parseMappings(c.ClaimPassBy); err != nil {
		return nil, err
	}
	p.normal, err = normalise(c, p)
	return p, err
}

// Config is the configuration in the form that FC shows: keys in lower camel case, lookups and
// mappings as texts.
func (p *Policy) Config() json.RawMessage { return p.normal }

func normalise(c config, p *Policy) (json.RawMessage, error) {
	var lookups, mappings []string
	for _, place := range p.Lookups {
		lookups = append(lookups, place.String())
	}
	for _, mapping := range p.Claims {
		mappings = append(mappings, mapping.String())
	}
	var err error
	if c.TokenLookup, err = json.Marshal(strings.Join(lookups, ",")); err != nil {
		return nil, err
	}
	c.ClaimPassBy = nil
	if len(mappings) > 0 {
		if c.ClaimPassBy, err = json.Marshal(strings.Join(mappings, ",")); err != nil {
			return nil, err
		}
	}
	return json.Marshal(c)
}

// inner unwraps a JSON string.
func inner(raw json.RawMessage) (json.RawMessage, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) || bytes.Equal(raw, []byte(`""`)) {
		return nil, invalid("authType jwt needs one with jwks and tokenLookup")
	}
	if raw[0] != '"' {
		return raw, nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return nil, invalid("%v", err)
	}
	return json.RawMessage(text), nil
}

func invalid(format string, args ...any) error {
	return emulator.InvalidArgument("AuthConfig is set to an invalid value: "+format, args...)
}
