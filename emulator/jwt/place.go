package jwt

import (
	"encoding/json"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Positions in a request.
const (
	Header = "header"
	Cookie = "cookie"
	Query  = "query"
	Form   = "form"
)

// Place is where a token may be.
type Place struct {
	Position string
	Name     string
	Prefix   string // of a header's value, without the space after it
}

// String is the wire form.
func (p Place) String() string {
	if p.Prefix != "" {
		return p.Position + ":" + p.Name + ":" + p.Prefix
	}
	return p.Position + ":" + p.Name
}

// Token cuts the prefix off what stands at the place. A value without it is no token.
func (p Place) Token(value string) string {
	value = strings.TrimSpace(value)
	if p.Prefix == "" {
		return value
	}
	rest, ok := strings.CutPrefix(value, p.Prefix)
	if !ok || !strings.HasPrefix(rest, " ") {
		return ""
	}
	return strings.TrimSpace(rest)
}

// Mapping sends a claim to the function.
type Mapping struct {
	Position string
	Claim    string
	Name     string // of the header, cookie or parameter
}

// String is the wire form.
func (m Mapping) String() string { return m.Position + ":" + m.Claim + ":" + m.Name }

// parseLookups reads "header:Authorization:Bearer,cookie:token", or the list of objects that s.yaml
// has.
func parseLookups(raw json.RawMessage) ([]Place, error) {
	var text string
	var places []Place
	if json.Unmarshal(raw, &text) == nil {
		for part := range strings.SplitSeq(text, ",") {
			position, rest, _ := strings.Cut(strings.TrimSpace(part), ":")
			name, prefix, _ := strings.Cut(rest, ":")
			places = append(places, Place{strings.ToLower(position), strings.TrimSpace(name), strings.TrimSpace(prefix)})
		}
	} else {
		var objects []struct{ ReadPosition, ParameterName, Prefix string }
		if json.Unmarshal(raw, &objects) != nil {
			return nil, invalid("tokenLookup is missing, or is no text such as header:Authorization:Bearer")
		}
		for _, o := range objects {
			places = append(places, Place{strings.ToLower(o.ReadPosition), strings.TrimSpace(o.ParameterName), strings.TrimSpace(o.Prefix)})
		}
	}
	if len(places) == 0 {
		return nil, invalid("tokenLookup names no place")
	}
	for i, place := range places {
		if !isPosition(place.Position) || !isName(place.Position, place.Name) {
			return nil, invalid("tokenLookup has '%s' (expected: header:NAME, header:NAME:PREFIX, cookie:NAME, query:NAME or form:NAME)", emulator.Clip(place.String()))
		}
		if place.Position != Header {
			places[i].Prefix = ""
		}
	}
	return places, nil
}

// parseMappings reads "header:uid:X-User,cookie:name:name", or the list of objects that s.yaml has.
// An entry without names, such as "query::", means nothing.
func parseMappings(raw json.RawMessage) ([]Mapping, error) {
	var text string
	var mappings []Mapping
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if json.Unmarshal(raw, &text) == nil {
		for part := range strings.SplitSeq(text, ",") {
			position, rest, _ := strings.Cut(strings.TrimSpace(part), ":")
			claim, name := rest, "" // a claim may have colons, as https://example.com/role does
			if i := strings.LastIndexByte(rest, ':'); i >= 0 {
				claim, name = rest[:i], rest[i+1:]
			}
			mappings = append(mappings, Mapping{strings.ToLower(position), strings.TrimSpace(claim), strings.TrimSpace(name)})
		}
	} else {
		var objects []struct{ ClaimName, MappingParameterName, MappingParameterPosition string }
		if json.Unmarshal(raw, &objects) != nil {
			return nil, invalid("claimPassBy is no text such as header:uid:X-User")
		}
		for _, o := range objects {
			mappings = append(mappings, Mapping{strings.ToLower(o.MappingParameterPosition), strings.TrimSpace(o.ClaimName), strings.TrimSpace(o.MappingParameterName)})
		}
	}
	var meant []Mapping
	for _, mapping := range mappings {
		switch {
		case mapping.Claim == "" && mapping.Name == "" && (mapping.Position == "" || isPosition(mapping.Position)):
			continue
		case mapping.Claim == "" || !isPosition(mapping.Position) || !isName(mapping.Position, mapping.Name):
			return nil, invalid("claimPassBy has '%s' (expected: header:CLAIM:NAME, cookie:CLAIM:NAME, query:CLAIM:NAME or form:CLAIM:NAME)", emulator.Clip(mapping.String()))
		case mapping.Position == Header && isReserved(mapping.Name):
			return nil, invalid("claimPassBy cannot set header '%s': it is the platform's", emulator.Clip(mapping.Name))
		}
		meant = append(meant, mapping)
	}
	return meant, nil
}

func isPosition(text string) bool {
	return text == Header || text == Cookie || text == Query || text == Form
}

// isName tells whether a header, cookie or parameter may be called so.
func isName(position, name string) bool {
	for i := range len(name) {
		c := name[i]
		token := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
		if !token && (position == Header || position == Cookie) || c < ' ' || c == 0x7f {
			return false
		}
	}
	return name != ""
}

// isReserved are the headers that a function never gets from a client.
func isReserved(header string) bool {
	header = strings.ToLower(header)
	switch header {
	case "connection", "keep-alive", "proxy-connection", "content-length", "content-type", "transfer-encoding", "trailer", "te", "expect", "upgrade", "host", "cookie":
		return true
	}
	return strings.HasPrefix(header, "x-fc-")
}
