package jwt_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	golangjwt "github.com/golang-jwt/jwt/v5"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/jwt"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// pair is a key that signs, with the JWK that verifies.
type pair struct {
	private any
	jwk     map[string]string
}

func encode(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

func newPair(t testing.TB, alg, kid string) pair {
	t.Helper()
	jwk := map[string]string{"alg": alg, "use": "sig"}
	if kid != "" {
		jwk["kid"] = kid
	}
	switch alg[:2] {
	case "RS", "PS":
		private, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		jwk["kty"], jwk["n"], jwk["e"] = "RSA", encode(private.N.Bytes()), encode(big.NewInt(int64(private.E)).Bytes())
		return pair{private, jwk}
	case "ES":
		curve := map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()}[alg]
		private, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		point, err := private.PublicKey.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		half := len(point) / 2
		jwk["kty"], jwk["crv"], jwk["x"], jwk["y"] = "EC", curve.Params().Name, encode(point[1:1+half]), encode(point[1+half:])
		return pair{private, jwk}
	case "HS":
		secret := []byte("a secret of " + alg)
		jwk["kty"], jwk["k"] = "oct", encode(secret)
		return pair{secret, jwk}
	}
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	jwk["kty"], jwk["crv"], jwk["x"] = "OKP", "Ed25519", encode(public)
	return pair{private, jwk}
}

func (p pair) sign(t testing.TB, header map[string]any, claims golangjwt.MapClaims) string {
	t.Helper()
	token := golangjwt.NewWithClaims(golangjwt.GetSigningMethod(p.jwk["alg"]), claims)
	for key, value := range header {
		token.Header[key] = value
	}
	text, err := token.SignedString(p.private)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func policy(t testing.TB, pairs ...pair) *jwt.Policy {
	t.Helper()
	keys := []map[string]string{}
	for _, p := range pairs {
		keys = append(keys, p.jwk)
	}
	raw, err := json.Marshal(map[string]any{"jwks": map[string]any{"keys": keys}, "tokenLookup": "header:Authorization:Bearer"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := jwt.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestEveryAlgorithm(t *testing.T) {
	for _, alg := range []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512", "EdDSA"} {
		mine, other := newPair(t, alg, ""), newPair(t, alg, "")
		if alg[:2] == "HS" {
			other.private = []byte("another secret")
		}
		p := policy(t, mine)
		claims, refusal := p.Judge(mine.sign(t, nil, golangjwt.MapClaims{"sub": "ann"}), noon)
		if refusal != nil {
			t.Errorf("%s: %v", alg, refusal)
		}
		if name, ok := claims.Text("sub"); name != "ann" || !ok {
			t.Errorf("%s: claim %q %v", alg, name, ok)
		}
		if _, refusal := p.Judge(other.sign(t, nil, nil), noon); refusal == nil || refusal.Code != "JWTTokenIsInvalid" || refusal.Status != 403 {
			t.Errorf("%s signed by another key: %v", alg, refusal)
		}
	}
}

// TestAttacks: what a caller could try.
func TestAttacks(t *testing.T) {
	rs, hs := newPair(t, "RS256", "r"), newPair(t, "HS256", "h")
	p := policy(t, rs)
	good := rs.sign(t, map[string]any{"kid": "r"}, golangjwt.MapClaims{"sub": "ann"})
	parts := strings.Split(good, ".")
	none := encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + "."
	public := rs.private.(*rsa.PrivateKey).Public().(*rsa.PublicKey)
	confused := pair{public.N.Bytes(), map[string]string{"alg": "HS256"}}.sign(t, map[string]any{"kid": "r"}, nil)
	ps := pair{rs.private, map[string]string{"alg": "PS256"}}.sign(t, map[string]any{"kid": "r"}, nil)
	for name, c := range map[string]struct{ token, want string }{
		"none":             {none, "no key of jwks has kid '' and alg none"},
		"None":             {encode([]byte(`{"alg":"None"}`)) + "." + parts[1] + ".", "unavailable"},
		"RSA as HMAC":      {confused, "alg HS256"},
		"another alg":      {ps, "alg PS256"},
		"a key not listed": {hs.sign(t, nil, nil), "alg HS256"},
		"no signature":     {parts[0] + "." + parts[1] + ".", "signature"},
		"claims changed":   {parts[0] + "." + encode([]byte(`{"sub":"root"}`)) + "." + parts[2], "signature"},
		"trailing bits":    {good[:len(good)-1] + flip(good[len(good)-1]), "invalid"},
		"crit":             {rs.sign(t, map[string]any{"kid": "r", "crit": []string{"x"}}, nil), "crit"},
		"two parts":        {parts[0] + "." + parts[1], "not a JWT"},
		"not base64":       {"!." + parts[1] + "." + parts[2], "not a JWT"},
		"nothing":          {"x", "not a JWT"},
		"too long":         {strings.Repeat("x", 20<<10), "16384"},
	} {
		if _, refusal := p.Judge(c.token, noon); refusal == nil || !strings.Contains(refusal.Message, c.want) {
			t.Errorf("%s: %v", name, refusal)
		}
	}
}

// flip changes the unused bits of the last base64 character, which strict decoding minds.
func flip(c byte) string {
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(digits[strings.IndexByte(digits, c)^1])
}

func TestKeyIDs(t *testing.T) {
	a, b, nameless := newPair(t, "ES256", "a"), newPair(t, "ES256", "b"), newPair(t, "ES256", "")
	p := policy(t, a, b, nameless)
	for name, c := range map[string]struct {
		signer pair
		kid    any
		good   bool
	}{
		"its own":              {a, "a", true},
		"the second":           {b, "b", true},
		"no kid in the token":  {b, nil, true},
		"of another key":       {a, "b", false},
		"unknown":              {a, "z", false},
		"nameless":             {nameless, nil, true},
		"nameless, with a kid": {nameless, "z", true},
		"not a text":           {a, 1, true}, // as without
	} {
		header := map[string]any{}
		if c.kid != nil {
			header["kid"] = c.kid
		}
		if _, refusal := p.Judge(c.signer.sign(t, header, nil), noon); (refusal == nil) != c.good {
			t.Errorf("%s: %v", name, refusal)
		}
	}
}

func TestTimes(t *testing.T) {
	signer := newPair(t, "HS256", "")
	p := policy(t, signer)
	for name, c := range map[string]struct {
		claims golangjwt.MapClaims
		want   string
	}{
		"none":            {nil, ""},
		"still good":      {golangjwt.MapClaims{"exp": noon.Unix() + 1, "nbf": noon.Unix()}, ""},
		"just expired":    {golangjwt.MapClaims{"exp": noon.Unix()}, "expired"},
		"not yet":         {golangjwt.MapClaims{"nbf": noon.Unix() + 1}, "not valid yet"},
		"exp is a text":   {golangjwt.MapClaims{"exp": "tomorrow"}, "exp"},
		"issued tomorrow": {golangjwt.MapClaims{"iat": noon.Unix() + 86400}, ""},
	} {
		_, refusal := p.Judge(signer.sign(t, nil, c.claims), noon)
		if c.want == "" && refusal != nil || c.want != "" && (refusal == nil || !strings.Contains(refusal.Message, c.want)) {
			t.Errorf("%s: %v", name, refusal)
		}
	}
}

func TestClaimsAsText(t *testing.T) {
	signer := newPair(t, "HS256", "")
	claims, refusal := policy(t, signer).Judge(signer.sign(t, nil, golangjwt.MapClaims{
		"text": "a b", "id": int64(9007199254740993), "yes": true, "list": []string{"x", "y"}, "null": nil, "empty": "",
	}), noon)
	if refusal != nil {
		t.Fatal(refusal)
	}
	for name, want := range map[string]string{"text": "a b", "id": "9007199254740993", "yes": "true", "list": `["x","y"]`, "empty": ""} {
		if got, ok := claims.Text(name); got != want || !ok {
			t.Errorf("%s: %q %v", name, got, ok)
		}
	}
	for _, name := range []string{"null", "missing"} {
		if got, ok := claims.Text(name); ok {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestGuards(t *testing.T) {
	signer := newPair(t, "HS256", "")
	key, _ := json.Marshal(signer.jwk)
	for _, c := range []struct {
		list, path string
		guarded    bool
	}{
		{``, "/any", true},
		{`"blacklist":["/a","/in/*"]`, "/a", true},
		{`"blacklist":["/a","/in/*"]`, "/a/", false},
		{`"blackList":["/a","/in/*"]`, "/in/", true},
		{`"blacklist":["/a","/in/*"]`, "/in/a/b", true},
		{`"blacklist":["/a","/in/*"]`, "/in", false},
		{`"blacklist":["/a","/in/*"]`, "/out", false},
		{`"blacklist":["/a","/in/*"]`, "/%61", true},
		{`"blacklist":["/a","/in/*"]`, "/out/../a", true},
		{`"blacklist":["/a","/in/*"]`, "//in//x", true},
		{`"blacklist":["/a","/in/*"]`, "/%zz", true},
		{`"whitelist":["/open/*","/health"]`, "/open/x", false},
		{`"whiteList":["/open/*","/health"]`, "/health", false},
		{`"whitelist":["/open/*","/health"]`, "/health/", true},
		{`"whitelist":["/open/*","/health"]`, "/Open/x", true},
		{`"whitelist":["/open/*","/health"]`, "/open/../secret", true},
		{`"whitelist":["/open/*","/health"]`, "/open/%2e%2e/secret", true},
		{`"whitelist":["/open/*","/health"]`, `/open/..%5csecret`, true},
		{`"whitelist":["/open/*","/health"]`, "/open/a%20b", false},
		{`"whitelist":["/open/*","/health"]`, "/open/..;/secret", true},
		{`"whitelist":["/open/*","/health"]`, "/open/%2e.;a=b/secret", true},
		{`"whitelist":["/open/*","/health"]`, "/open/x;v=1/y", false},
		{`"blacklist":["/a","/in/*"]`, "/in;v=1/x", true},
		{`"whitelist":["/*"]`, "/x", false},
	} {
		list := c.list
		if list != "" {
			list = "," + list
		}
		p, err := jwt.Parse([]byte(`{"jwks":{"keys":[` + string(key) + `]},"tokenLookup":"query:t"` + list + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Guards(c.path); got != c.guarded {
			t.Errorf("%s %s: %v", c.list, c.path, got)
		}
	}
}

// TestForms: both spellings, text and lists, a text around the object.
func TestForms(t *testing.T) {
	const key = `{"kty":"oct","alg":"HS256","k":"c2VjcmV0"}`
	want := `{"jwks":{"keys":[` + key + `]},"tokenLookup":"header:Authorization:Bearer,cookie:token","claimPassBy":"header:https://x/role:X-Role,query:uid:uid","whitelist":["/a"]}`
	forms := map[string]string{
		"lower camel":       want,
		"the API's example": `{"JWKS":{"keys":[` + key + `]},"TokenLookup":"header:Authorization:Bearer,cookie:token","ClaimPassBy":"header:https://x/role:X-Role,query:uid:uid","whiteList":["/a"]}`,
		"s.yaml": `{"jwks":{"keys":[` + key + `]},"tokenLookup":[{"readPosition":"header","parameterName":"Authorization","prefix":"Bearer "},{"readPosition":"cookie","parameterName":"token","prefix":"x"}],
			"claimPassBy":[{"claimName":"https://x/role","mappingParameterName":"X-Role","mappingParameterPosition":"header"},{"claimName":"uid","mappingParameterName":"uid","mappingParameterPosition":"query"},{"mappingParameterName":"","mappingParameterPosition":"query"}],"whitelist":["/a"]}`,
	}
	quoted, _ := json.Marshal(want)
	forms["as text"] = string(quoted)
	for name, form := range forms {
		p, err := jwt.Parse([]byte(form))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := string(p.Config()); got != want {
			t.Errorf("%s:\n%s\n%s", name, got, want)
		}
	}
}

func TestWrongConfigurations(t *testing.T) {
	rsaKey, _ := json.Marshal(newPair(t, "RS256", "k").jwk)
	with := func(key string) string { return `{"jwks":{"keys":[` + key + `]},"tokenLookup":"query:t"}` }
	oct := `{"kty":"oct","alg":"HS256","k":"c2VjcmV0"}`
	for name, c := range map[string]struct{ config, want string }{
		"nothing":           {``, "jwks and tokenLookup"},
		"empty text":        {`""`, "jwks and tokenLookup"},
		"a list":            {`[]`, "JSON object"},
		"no jwks":           {`{"tokenLookup":"query:t"}`, "jwks"},
		"no keys":           {with(``), "no key"},
		"encryption only":   {with(`{"kty":"RSA","use":"enc"}`), "no key"},
		"two without kid":   {with(oct + "," + oct), "no kid"},
		"kty":               {with(`{"kty":"rsa","alg":"RS256"}`), "allowed: RSA"},
		"no kty":            {with(`{"alg":"RS256"}`), "no kty"},
		"no alg":            {with(`{"kty":"RSA"}`), "no alg"},
		"alg of another":    {with(strings.Replace(string(rsaKey), "RS256", "HS256", 1)), "RS256"},
		"alg none":          {with(strings.Replace(oct, "HS256", "none", 1)), "HS256"},
		"n":                 {with(`{"kty":"RSA","alg":"RS256","n":"AQAB","e":"AQAB"}`), "modulus"},
		"e":                 {with(strings.Replace(string(rsaKey), "AQAB", "AA", 1)), "exponent"},
		"crv":               {with(`{"kty":"EC","alg":"ES256","crv":"secp256k1"}`), "P-256"},
		"no point":          {with(`{"kty":"EC","alg":"ES256","crv":"P-256","x":"AQAB","y":"AQAB"}`), "point"},
		"okp":               {with(`{"kty":"OKP","alg":"EdDSA","crv":"Ed448","x":"AQAB"}`), "Ed25519"},
		"oct":               {with(`{"kty":"oct","alg":"HS256","k":""}`), "secret"},
		"no lookup":         {`{"jwks":{"keys":[` + oct + `]}}`, "tokenLookup"},
		"lookup nowhere":    {strings.Replace(with(oct), "query:t", "body:t", 1), "body:t"},
		"lookup nameless":   {strings.Replace(with(oct), "query:t", "header", 1), "header"},
		"lookup bad header": {strings.Replace(with(oct), "query:t", "header:a b", 1), "a b"},
		"claim":             {strings.Replace(with(oct), `"query:t"`, `"query:t","claimPassBy":"header:sub"`, 1), "header"},
		"claim to platform": {strings.Replace(with(oct), `"query:t"`, `"query:t","claimPassBy":"header:sub:X-Fc-Uid"`, 1), "platform"},
		"both lists":        {strings.Replace(with(oct), `"query:t"`, `"query:t","blacklist":["/a"],"whitelist":["/b"]`, 1), "exclude"},
		"path":              {strings.Replace(with(oct), `"query:t"`, `"query:t","blacklist":["a"]`, 1), "begin with"},
		"star inside":       {strings.Replace(with(oct), `"query:t"`, `"query:t","blacklist":["/a*b"]`, 1), "end only"},
	} {
		_, err := jwt.Parse([]byte(c.config))
		var refusal *emulator.Error
		if !errors.As(err, &refusal) || refusal.Code != "InvalidArgument" || refusal.Status != 400 || !strings.Contains(refusal.Message, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"jwks":{"keys":[{"kty":"oct","alg":"HS256","k":"c2VjcmV0"}]},"tokenLookup":"header:a:b,form:c","claimPassBy":"query::"}`), "a.b.c", "/a")
	f.Fuzz(func(t *testing.T, raw []byte, token, path string) {
		p, err := jwt.Parse(raw)
		var refusal *emulator.Error
		if err != nil {
			if !errors.As(err, &refusal) {
				t.Errorf("%q: %v", raw, err)
			}
			return
		}
		again, err := jwt.Parse(p.Config())
		if err != nil || string(again.Config()) != string(p.Config()) {
			t.Errorf("%q: %s: %v", raw, p.Config(), err)
		}
		p.Guards(path)
		if _, refusal := p.Judge(token, noon); refusal == nil {
			t.Errorf("a made-up token passed: %q", token)
		}
	})
}
