package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Parameters of a presigned URL.
const (
	querySignature = "x-fc-signature"
	queryKeyID     = "x-fc-access-key-id"
	queryExpires   = "x-fc-expires"
	queryToken     = "x-fc-security-token"
)

const proxy = "/proxy/"

// readFC reads "FC {access key id}:{signature}".
func readFC(r *http.Request, form Form, credential string) (*signed, *emulator.Error) {
	id, signature, refusal := readCredential("FC", credential)
	if refusal != nil {
		return nil, refusal
	}
	date, refusal := readDate(r)
	if refusal != nil {
		return nil, refusal
	}
	resources := []string{r.URL.Path, r.URL.EscapedPath()} // the clients sign the path that they wrote
	if form == Trigger || strings.Contains(r.URL.Path, proxy) {
		resources = []string{triggerResource(r.URL.Path, r.URL.RawQuery)}
	}
	return &signed{
		keyID: id, token: r.Header.Get("X-Fc-Security-Token"), time: date,
		holds: fcHolds(r, r.Header.Get("Date"), resources, signature),
	}, nil
}

// readCredential reads "{access key id}:{signature in base64}".
func readCredential(scheme, credential string) (id string, signature []byte, refusal *emulator.Error) {
	id, text, ok := strings.Cut(credential, ":")
	signature, err := base64.StdEncoding.DecodeString(text)
	if !ok || id == "" || err != nil {
		return "", nil, invalidAuthorization(scheme + " " + credential)
	}
	return id, signature, nil
}

// readPresigned reads the signature out of the query.
func readPresigned(r *http.Request) (*signed, *emulator.Error) {
	query := r.URL.Query()
	seconds, err := strconv.ParseInt(query.Get(queryExpires), 10, 64)
	if err != nil {
		return nil, emulator.InvalidArgument("%s is set to an invalid value (expected: Unix seconds, actual: '%s')", queryExpires, query.Get(queryExpires))
	}
	signature, err := base64.StdEncoding.DecodeString(query.Get(querySignature))
	if err != nil {
		return nil, notMatch()
	}
	resources := []string{triggerResource(r.URL.Path, r.URL.RawQuery)}
	if path, ok := behindProxy(r.URL.Path); ok { // for custom domains clients sign the function's path
		resources = append(resources, triggerResource(path, r.URL.RawQuery))
	}
	return &signed{
		keyID: query.Get(queryKeyID), token: query.Get(queryToken), time: time.Unix(seconds, 0), expires: true,
		holds: fcHolds(r, query.Get(queryExpires), resources, signature),
	}, nil
}

// behindProxy is the part of /2016-08-15/proxy/{service}/{function}/…, or /proxy/{function}/…, that
// the function sees.
func behindProxy(path string) (string, bool) {
	_, rest, ok := strings.Cut(path, proxy)
	if !ok {
		return "", false
	}
	names := 2
	if strings.HasPrefix(path, proxy) {
		names = 1
	}
	parts := strings.SplitN(rest, "/", names+1)
	if len(parts) <= names {
		return "/", true
	}
	return "/" + parts[names], true
}

// fcHolds compares with the signatures of all forms that a client may give the resource.
func fcHolds(r *http.Request, date string, resources []string, signature []byte) func(string) bool {
	head := strings.Join([]string{r.Method, r.Header.Get("Content-Md5"), r.Header.Get("Content-Type"), date}, "\n") +
		"\n" + prefixedHeaders(r.Header, "x-fc-")
	return func(secret string) bool {
		return slices.ContainsFunc(resources, func(resource string) bool {
			hash := hmac.New(sha256.New, []byte(secret))
			hash.Write([]byte(head + resource))
			return hmac.Equal(hash.Sum(nil), signature)
		})
	}
}

// prefixedHeaders lists the headers whose name begins with prefix, which is in lower case.
func prefixedHeaders(header http.Header, prefix string) string {
	var lines []string
	for name, values := range header {
		if name = strings.ToLower(name); strings.HasPrefix(name, prefix) && len(values) > 0 {
			lines = append(lines, name+":"+strings.TrimSpace(values[0])+"\n")
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(beforeColon(a), beforeColon(b)) })
	return strings.Join(lines, "")
}

func beforeColon(line string) string {
	name, _, _ := strings.Cut(line, ":")
	return name
}

// triggerResource is the decoded path and the decoded query, one line for each value. Without a
// query the line break stays.
func triggerResource(path, rawQuery string) string {
	var lines []string
	for _, pair := range splitQuery(rawQuery) {
		if pair[0] != querySignature {
			lines = append(lines, pair[0]+"="+pair[1])
		}
	}
	slices.Sort(lines)
	return path + "\n" + strings.Join(lines, "\n")
}

// splitQuery returns keys and values, decoded, in the order of the query. What cannot be decoded
// stays as it is.
func splitQuery(rawQuery string) [][2]string {
	var pairs [][2]string
	for part := range strings.SplitSeq(rawQuery, "&") {
		if part == "" {
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, [2]string{unescape(key), unescape(value)})
	}
	return pairs
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
