package invoke

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// SessionCookie is the cookie of GENERATED_COOKIE. No source names FC's own.
const SessionCookie = "fc-session-id"

const maxSessionID = 64

// Session tells what a request to an HTTP trigger has to do with the sessions of its function; nil
// is nothing. target is path and query as the function sees them.
func Session(a *emulator.Affinity, method, target string, header map[string][]string) (*emulator.SessionUse, *emulator.Error) {
	switch a.Type {
	case emulator.AffinityHeader:
		if first(header, a.Header) == "" {
			return newSession(), nil
		}
		return NamedSession(a, header)
	case emulator.AffinityCookie:
		if id := cookie(header); IsSessionID(id) {
			return &emulator.SessionUse{ID: id, Begin: true}, nil
		}
		return newSession(), nil
	case emulator.MCPStreamable:
		id := first(header, a.Header)
		if id == "" {
			return &emulator.SessionUse{Begin: method == http.MethodPost}, nil
		}
		return &emulator.SessionUse{ID: id, End: method == http.MethodDelete}, nil
	}
	path, query, _ := strings.Cut(target, "?")
	if path == a.SSEPath && method == http.MethodGet {
		return &emulator.SessionUse{Begin: true, End: true}, nil // the session is as long as its stream
	}
	if id := emulator.SessionOfQuery(query); id != "" {
		return &emulator.SessionUse{ID: id}, nil
	}
	return nil, nil
}

// NamedSession is the session that a caller of the API names in the header field of HEADER_FIELD;
// nil where there is none.
func NamedSession(a *emulator.Affinity, header map[string][]string) (*emulator.SessionUse, *emulator.Error) {
	if a == nil || a.Type != emulator.AffinityHeader || first(header, a.Header) == "" {
		return nil, nil
	}
	id := first(header, a.Header)
	if !IsSessionID(id) {
		return nil, emulator.InvalidArgument("%s is set to an invalid value (expected: 1 to %d letters, digits, '_' or '-', not beginning with '-', actual: '%.80s')",
			a.Header, maxSessionID, id)
	}
	return &emulator.SessionUse{ID: id, Begin: true}, nil
}

// SetSession tells the client in h which session was made for it.
func SetSession(h map[string][]string, a *emulator.Affinity, use *emulator.SessionUse) {
	switch {
	case a == nil || use == nil || !use.Fresh:
	case a.Type == emulator.AffinityHeader:
		h[a.Header] = []string{use.ID}
	case a.Type == emulator.AffinityCookie:
		h["Set-Cookie"] = append(h["Set-Cookie"], SessionCookie+"="+use.ID+"; Path=/; HttpOnly")
	}
}

// IsSessionID holds the rule of ids that clients may choose. Source: FC 3.0 Session affinity.
func IsSessionID(id string) bool {
	for i, r := range id {
		word := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
		if !word && (i == 0 || r != '-') {
			return false
		}
	}
	return id != "" && len(id) <= maxSessionID
}

func newSession() *emulator.SessionUse {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return &emulator.SessionUse{ID: hex.EncodeToString(b[:]), Fresh: true, Begin: true}
}

func cookie(header map[string][]string) string {
	request := http.Request{Header: header}
	if c, err := request.Cookie(SessionCookie); err == nil {
		return c.Value
	}
	return ""
}
