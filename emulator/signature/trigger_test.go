package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"
)

// TestTriggerAddresses: every scheme on every address that a trigger has, and none for another path.
func TestTriggerAddresses(t *testing.T) {
	mac := func(make func() hash.Hash, text string) string {
		sum := hmac.New(make, []byte(fakeSecret))
		sum.Write([]byte(text))
		return base64.StdEncoding.EncodeToString(sum.Sum(nil))
	}
	date := noon.Format(http.TimeFormat)
	expires := strconv.FormatInt(noon.Add(time.Minute).Unix(), 10)
	presign := func(r *http.Request, path string) {
		query := "q=a%20b&x-fc-access-key-id=" + fakeID + "&x-fc-expires=" + expires
		text := "GET\n\n\n" + expires + "\n" + path + "\nq=a b\nx-fc-access-key-id=" + fakeID + "\nx-fc-expires=" + expires
		r.URL.RawQuery = query + "&x-fc-signature=" + url.QueryEscape(mac(sha256.New, text))
	}
	for name, address := range map[string]struct{ host, path, bare string }{
		"host":   {"web.localhost:3236", "/a b/c", "/a b/c"},
		"3.0":    {"127.0.0.1:3236", "/proxy/web/a b/c", "/a b/c"},
		"alias":  {"127.0.0.1:3236", "/proxy/web.prod", "/"},
		"2.0":    {"127.0.0.1:3236", "/2016-08-15/proxy/svc.prod/web/a b/c", "/a b/c"},
		"domain": {"api.example.localhost", "/v1/a b", "/v1/a b"},
	} {
		for scheme, sign := range map[string]func(r *http.Request){
			"FC": func(r *http.Request) {
				r.Header.Set("Date", date)
				r.Header.Set("X-Fc-Invocation-Type", "Async")
				r.Header.Set("Authorization", "FC "+fakeID+":"+mac(sha256.New, "GET\n\n\n"+date+"\nx-fc-invocation-type:Async\n"+address.path+"\nq=a b"))
			},
			"ACS3": func(r *http.Request) { Sign(r, nil, fake[0], noon) },
			"ROA": func(r *http.Request) {
				r.Header.Set("Date", date)
				r.Header.Set("Authorization", "acs "+fakeID+":"+mac(sha1.New, "GET\n\n\n\n"+date+"\n"+address.path+"?q=a b"))
			},
			"presigned":                      func(r *http.Request) { presign(r, address.path) },
			"presigned, the function's path": func(r *http.Request) { presign(r, address.bare) },
		} {
			r := request("GET", (&url.URL{Path: address.path, RawQuery: "q=a%20b"}).String(), nil)
			r.Host = address.host
			sign(r)
			if refusal := Check(r, Trigger, fake, noon); refusal != nil {
				t.Errorf("%s, %s: %v", name, scheme, refusal)
			}
			r.URL.Path, r.URL.RawPath = address.path+"/x", ""
			if refusal := Check(r, Trigger, fake, noon); refusal == nil || refusal.Code != "SignatureNotMatch" {
				t.Errorf("%s, %s, another path: %v", name, scheme, refusal)
			}
		}
	}
}
