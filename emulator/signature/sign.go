package signature

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Sign signs a request with ACS3-HMAC-SHA256. body is what the request will send; host and headers
// may not change any more afterwards.
func Sign(r *http.Request, body []byte, key Key, now time.Time) {
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	header := r.Header
	header.Set("X-Acs-Date", now.UTC().Format("2006-01-02T15:04:05Z"))
	header.Set("X-Acs-Signature-Nonce", rand.Text())
	header.Set(contentHash, hexHash(body))
	if key.Token != "" {
		header.Set("X-Acs-Security-Token", key.Token)
	}
	names := []string{"host"}
	for name := range header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-acs-") || name == "content-type" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	signature := signACS3(canonical(r, acs3Paths(r)[0], names, hexHash(body)), key.Secret)
	header.Set("Authorization", schemeACS3+" Credential="+key.ID+",SignedHeaders="+strings.Join(names, ";")+",Signature="+hex.EncodeToString(signature))
}
