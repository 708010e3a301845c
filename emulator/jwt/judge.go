package jwt

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/fcemu/fcemu/emulator"
)

// maxToken is the longest token that is read, in bytes. A header cannot be longer, a form's field can.
const maxToken = 16 << 10

// Missing refuses a request without a token. FC's status for it is not documented.
func Missing() *emulator.Error {
	return emulator.Refuse(403, "JWTTokenIsMissing", "the jwt token is missing")
}

// Claims are the contents of a token.
type Claims struct{ values jwt.MapClaims }

// Text is a claim as a header or parameter shows it: texts and numbers as they are, lists and
// objects as JSON. ok is false where the token does not have it.
func (c Claims) Text(name string) (text string, ok bool) {
	switch value := c.values[name].(type) {
	case nil:
		return "", false
	case string:
		return value, true
	default:
		raw, err := json.Marshal(value)
		return string(raw), err == nil
	}
}

// Judge verifies a token: its signature by one of the keys, then exp and nbf without leeway.
func (p *Policy) Judge(token string, now time.Time) (Claims, *emulator.Error) {
	claims := jwt.MapClaims{}
	if len(token) > maxToken {
		return Claims{}, refuse(fmt.Errorf("it has %d bytes (max: %d)", len(token), maxToken))
	}
	parser := jwt.NewParser(jwt.WithJSONNumber(), jwt.WithStrictDecoding(), jwt.WithTimeFunc(func() time.Time { return now }))
	if _, err := parser.ParseWithClaims(token, claims, p.choose); err != nil {
		return Claims{}, refuse(err)
	}
	return Claims{claims}, nil
}

// choose returns the keys that a token may be signed with: those of its kid and the one without, or
// all where it names none; of these the ones of its algorithm. No key has the algorithm "none".
func (p *Policy) choose(token *jwt.Token) (any, error) {
	if _, critical := token.Header["crit"]; critical { // RFC 7515: refuse what one does not understand
		return nil, errors.New("its header has crit")
	}
	id, _ := token.Header["kid"].(string)
	var set jwt.VerificationKeySet
	for _, key := range p.keys {
		if (id == "" || key.id == "" || key.id == id) && key.alg == token.Method.Alg() {
			set.Keys = append(set.Keys, key.material)
		}
	}
	if len(set.Keys) == 0 {
		return nil, fmt.Errorf("no key of jwks has kid '%s' and alg %s", emulator.Clip(id), token.Method.Alg())
	}
	return set, nil
}

// refuse says in few words what is wrong with a token.
func refuse(err error) *emulator.Error {
	reason := err.Error()
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		reason = "it is expired (exp)"
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		reason = "it is not valid yet (nbf)"
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		reason = "its signature does not match"
	case errors.Is(err, jwt.ErrTokenMalformed):
		reason = "it is not a JWT"
	case errors.Is(err, jwt.ErrTokenUnverifiable):
		reason = strings.TrimPrefix(strings.TrimPrefix(reason, "token is unverifiable: "), "error while executing keyfunc: ")
	}
	return emulator.Refuse(403, "JWTTokenIsInvalid", "the jwt token is invalid: %s", reason)
}

// Guards tells whether a path, still percent-encoded, needs a token. A path that a framework may
// read in another way, as it does /open/../secret, needs one if either reading does.
func (p *Policy) Guards(escaped string) bool {
	if p.guards(escaped) {
		return true
	}
	if !strings.ContainsAny(escaped, "%;") && !strings.Contains(escaped, "//") && !strings.Contains(escaped, "/.") && !strings.Contains(escaped, `\`) {
		return false
	}
	plain, err := url.PathUnescape(escaped)
	if err != nil {
		return len(p.listed) > 0 || !p.free
	}
	plain = strings.ReplaceAll(plain, `\`, "/")
	return p.guardsPlain(plain) || strings.Contains(plain, ";") && p.guardsPlain(withoutParameters(plain))
}

// guardsPlain looks at a decoded path as it is, and without "." and "..".
func (p *Policy) guardsPlain(plain string) bool {
	cleaned := path.Clean("/" + plain)
	if cleaned != "/" && strings.HasSuffix(plain, "/") {
		cleaned += "/"
	}
	return p.guards(plain) || p.guards(cleaned)
}

// withoutParameters is a path as servlet containers read it: /open/..;a=b/secret is /open/../secret.
func withoutParameters(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i], _, _ = strings.Cut(segment, ";")
	}
	return strings.Join(segments, "/")
}

func (p *Policy) guards(path string) bool {
	for _, pattern := range p.listed {
		prefix, wild := strings.CutSuffix(pattern, "*")
		if path == pattern || wild && strings.HasPrefix(path, prefix) {
			return !p.free
		}
	}
	return p.free
}
