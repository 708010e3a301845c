package jwt

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// key is one JWK that verifies signatures.
type key struct {
	id       string // kid, may be empty
	alg      string
	material any // as golang-jwt takes it: *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey, []byte
}

// jwk is the wire form. RFC 7517.
type jwk struct {
	Kty string `json:"kty"`
	Alg string `json:"alg"`
	Use string `json:"use"`
	Kid string `json:"kid"`
	N   string `json:"n"`
	E   string `json:"e"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Y   string `json:"y"`
	K   string `json:"k"`
}

// algorithms are the values of alg for a kty. RFC 7518 and 8037.
func algorithms(kty, crv string) []string {
	switch kty {
	case "RSA":
		return []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
	case "oct":
		return []string{"HS256", "HS384", "HS512"}
	case "OKP":
		return []string{"EdDSA"}
	case "EC":
		return map[string][]string{"P-256": {"ES256"}, "P-384": {"ES384"}, "P-521": {"ES512"}}[crv]
	}
	return nil
}

// parseKeys reads the keys of a set that are meant for signatures.
func parseKeys(raw json.RawMessage) ([]key, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &set) != nil {
		return nil, invalid("jwks must be an object with a list of keys")
	}
	var keys []key
	nameless := 0
	for i, one := range set.Keys {
		if one.Use != "" && one.Use != "sig" { // as key sets of identity providers also have
			continue
		}
		material, problem := one.material()
		if problem != "" {
			return nil, invalid("key %d of jwks (kid '%s') %s", i+1, emulator.Clip(one.Kid), problem)
		}
		if one.Kid == "" {
			nameless++
		}
		keys = append(keys, key{one.Kid, one.Alg, material})
	}
	switch {
	case len(keys) == 0:
		return nil, invalid("jwks has no key for signatures")
	case nameless > 1:
		return nil, invalid("%d keys of jwks have no kid (max: 1)", nameless)
	}
	return keys, nil
}

// material is the key itself, or what is wrong with it.
func (j jwk) material() (any, string) {
	allowed := algorithms(j.Kty, j.Crv)
	switch {
	case j.Kty == "":
		return nil, "has no kty"
	case allowed == nil && j.Kty == "EC":
		return nil, "has crv '" + emulator.Clip(j.Crv) + "' (allowed: P-256, P-384, P-521)"
	case allowed == nil:
		return nil, "has kty '" + emulator.Clip(j.Kty) + "' (allowed: RSA, EC, OKP, oct)"
	case j.Alg == "":
		return nil, "has no alg"
	case !slices.Contains(allowed, j.Alg):
		return nil, "has alg '" + emulator.Clip(j.Alg) + "' (allowed for it: " + strings.Join(allowed, ", ") + ")"
	}
	switch j.Kty {
	case "RSA":
		return j.rsa()
	case "EC":
		return j.ec()
	case "OKP":
		if x := decode(j.X); j.Crv == "Ed25519" && len(x) == ed25519.PublicKeySize {
			return ed25519.PublicKey(x), ""
		}
		return nil, "needs crv Ed25519 and x, 32 bytes in base64url"
	}
	if k := decode(j.K); len(k) > 0 {
		return k, ""
	}
	return nil, "needs k, the secret in base64url"
}

func (j jwk) rsa() (any, string) {
	n, e := new(big.Int).SetBytes(decode(j.N)), new(big.Int).SetBytes(decode(j.E))
	switch {
	case n.BitLen() < 1024 || n.BitLen() > 16384 || n.Bit(0) == 0:
		return nil, "needs n, an RSA modulus of 1024 to 16384 bits in base64url"
	case e.BitLen() > 31 || e.Bit(0) == 0 || e.Int64() < 3:
		return nil, "needs e, an RSA exponent in base64url (AQAB as a rule)"
	}
	return &rsa.PublicKey{N: n, E: int(e.Int64())}, ""
}

func (j jwk) ec() (any, string) {
	curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[j.Crv]
	size := (curve.Params().BitSize + 7) / 8
	x, y := decode(j.X), decode(j.Y)
	if len(x) == 0 || len(y) == 0 || len(x) > size || len(y) > size {
		return nil, "needs x and y in base64url"
	}
	point := make([]byte, 1+2*size)
	point[0] = 4 // uncompressed
	copy(point[1+size-len(x):], x)
	copy(point[1+2*size-len(y):], y)
	public, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil {
		return nil, "has an x and y that are no point of " + j.Crv
	}
	return public, ""
}

// decode reads base64url, with padding or without; nil where it is none.
func decode(text string) []byte {
	data, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil
	}
	return data
}
