package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// readROA reads "acs {access key id}:{signature}".
func readROA(r *http.Request, credential string) (*signed, *emulator.Error) {
	id, signature, refusal := readCredential("acs", credential)
	if refusal != nil {
		return nil, refusal
	}
	if method := r.Header.Get("X-Acs-Signature-Method"); method != "" && method != "HMAC-SHA1" {
		return nil, emulator.InvalidArgument("x-acs-signature-method is set to an invalid value (allowed: HMAC-SHA1, actual: '%s')", method)
	}
	readTime := readDate
	if r.Header.Get("Date") == "" && r.Header.Get("X-Acs-Date") != "" {
		readTime = readACSDate
	}
	date, refusal := readTime(r)
	if refusal != nil {
		return nil, refusal
	}
	return &signed{keyID: id, token: r.Header.Get("X-Acs-Security-Token"), time: date, holds: roaHolds(r, signature)}, nil
}

func roaHolds(r *http.Request, signature []byte) func(string) bool {
	header := r.Header
	head := strings.Join([]string{r.Method, header.Get("Accept"), header.Get("Content-Md5"), header.Get("Content-Type"), header.Get("Date")}, "\n") +
		"\n" + prefixedHeaders(header, "x-acs-")
	return func(secret string) bool {
		return slices.ContainsFunc(roaResources(r), func(resource string) bool {
			hash := hmac.New(sha1.New, []byte(secret))
			hash.Write([]byte(head + resource))
			return hmac.Equal(hash.Sum(nil), signature)
		})
	}
}

// roaResources are the forms in which clients sign path and query. All sort by key; they differ in
// whether they encode, and in how they write a key without a value.
func roaResources(r *http.Request) []string {
	paths := slices.Compact([]string{r.URL.Path, r.URL.EscapedPath()})
	if r.URL.RawQuery == "" {
		return paths
	}
	pairs := splitQuery(r.URL.RawQuery)
	sort.SliceStable(pairs, func(i, j int) bool { return pairs[i][0] < pairs[j][0] })
	plain := func(text string) string { return text }
	var list []string
	for _, path := range paths {
		for _, encode := range []func(string) string{plain, escape} {
			list = append(list, path+"?"+joinROA(pairs, encode, "="), path+"?"+joinROA(pairs, encode, ""))
		}
	}
	return list
}

func joinROA(pairs [][2]string, encode func(string) string, noValue string) string {
	parts := make([]string, len(pairs))
	for i, pair := range pairs {
		separator := "="
		if pair[1] == "" {
			separator = noValue
		}
		parts[i] = encode(pair[0]) + separator + encode(pair[1])
	}
	return strings.Join(parts, "&")
}
