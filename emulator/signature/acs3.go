package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

const (
	schemeACS3  = "ACS3-HMAC-SHA256"
	contentHash = "X-Acs-Content-Sha256"
)

// readACS3 reads "ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…;…,Signature=…".
func readACS3(r *http.Request, parameters string) (*signed, *emulator.Error) {
	id, headers, signature, ok := splitACS3(parameters)
	if !ok {
		return nil, invalidAuthorization(schemeACS3 + " " + parameters)
	}
	date, refusal := readACSDate(r)
	if refusal != nil {
		return nil, refusal
	}
	payloads := []string{r.Header.Get(contentHash)}
	if payloads[0] == "" { // HTTP triggers do without; clients then sign nothing, or no body
		payloads = append(payloads, hexHash(nil))
	}
	return &signed{
		keyID: id, token: r.Header.Get("X-Acs-Security-Token"), time: date,
		holds: func(secret string) bool {
			return slices.ContainsFunc(payloads, func(payload string) bool {
				return slices.ContainsFunc(acs3Paths(r), func(path string) bool {
					return hmac.Equal(signACS3(canonical(r, path, headers, payload), secret), signature)
				})
			})
		},
	}, nil
}

// acs3Paths are the forms in which a client may have signed the path: as it was sent, or with
// everything encoded that may be.
func acs3Paths(r *http.Request) []string {
	sent := r.URL.EscapedPath()
	if sent == "" {
		sent = "/"
	}
	parts := strings.Split(sent, "/")
	for i, part := range strings.Split(r.URL.Path, "/") {
		if i < len(parts) && !strings.Contains(sent, "%2F") && !strings.Contains(sent, "%2f") {
			parts[i] = escape(part)
		}
	}
	return slices.Compact([]string{sent, strings.Join(parts, "/")})
}

func splitACS3(parameters string) (id string, headers []string, signature []byte, ok bool) {
	for part := range strings.SplitSeq(parameters, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			id = value
		case "SignedHeaders":
			headers = strings.Split(value, ";")
		case "Signature":
			signature, _ = hex.DecodeString(value)
		}
	}
	return id, headers, signature, id != "" && len(headers) > 0 && len(signature) == sha256.Size
}

// canonical is the canonical request.
func canonical(r *http.Request, path string, headers []string, payload string) string {
	var text strings.Builder
	text.WriteString(r.Method + "\n" + path + "\n" + canonicalQuery(r.URL.RawQuery) + "\n")
	for _, name := range headers {
		text.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	text.WriteString("\n" + strings.Join(headers, ";") + "\n" + payload)
	return text.String()
}

// headerValue is a header as its sender wrote it; net/http keeps two of them elsewhere.
func headerValue(r *http.Request, name string) string {
	switch {
	case strings.EqualFold(name, "host"):
		return r.Host
	case strings.EqualFold(name, "content-length") && r.ContentLength >= 0 && r.Header.Get(name) == "":
		return strconv.FormatInt(r.ContentLength, 10)
	}
	values := slices.Clone(r.Header.Values(name))
	for i, value := range values {
		values[i] = strings.TrimSpace(value)
	}
	return strings.Join(values, ",")
}

// canonicalQuery has keys in order, and everything encoded that RFC 3986 does not reserve.
func canonicalQuery(rawQuery string) string {
	pairs := splitQuery(rawQuery)
	sort.Slice(pairs, func(i, j int) bool {
		a, b := pairs[i], pairs[j]
		return a[0] < b[0] || a[0] == b[0] && a[1] < b[1]
	})
	parts := make([]string, len(pairs))
	for i, pair := range pairs {
		parts[i] = escape(pair[0]) + "=" + escape(pair[1])
	}
	return strings.Join(parts, "&")
}

// escape is RFC 3986 percent-encoding: only letters, digits and "-_.~" stay.
func escape(text string) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-_.~", c) >= 0:
			out.WriteByte(c)
		default:
			out.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return out.String()
}

// signACS3 is the signature of a canonical request.
func signACS3(canonical, secret string) []byte {
	hash := hmac.New(sha256.New, []byte(secret))
	hash.Write([]byte(schemeACS3 + "\n" + hexHash([]byte(canonical))))
	return hash.Sum(nil)
}

func hexHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
