package signature

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fcemu/fcemu/emulator"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func TestRefusals(t *testing.T) {
	date := noon.Format(http.TimeFormat)
	acs := schemeACS3 + " Credential=a,SignedHeaders=host,Signature=" + strings.Repeat("0", 64)
	fc := "FC " + fakeID + ":AAAA"
	for name, c := range map[string]struct {
		target  string
		headers map[string]string
		status  int
		code    string
		message string
	}{
		"nothing":           {"/", nil, 400, "MissingRequiredHeader", "required HTTP header Date was not specified"},
		"date only":         {"/", map[string]string{"Date": date}, 400, "InvalidArgument", "invalid authorization ''"},
		"acs date only":     {"/", map[string]string{"X-Acs-Date": "2026-11-20T12:00:00Z"}, 400, "InvalidArgument", "invalid authorization ''"},
		"unknown scheme":    {"/", map[string]string{"Date": date, "Authorization": "Bearer x"}, 400, "InvalidArgument", "invalid authorization 'Bearer x'"},
		"fc without date":   {"/", map[string]string{"Authorization": fc}, 400, "MissingRequiredHeader", "required HTTP header Date was not specified"},
		"fc bad date":       {"/", map[string]string{"Authorization": fc, "Date": "today"}, 400, "InvalidArgument", ""},
		"fc no colon":       {"/", map[string]string{"Authorization": "FC x", "Date": date}, 400, "InvalidArgument", "invalid authorization 'FC x'"},
		"fc bad base64":     {"/", map[string]string{"Authorization": "FC x:!", "Date": date}, 400, "InvalidArgument", ""},
		"fc unknown key":    {"/", map[string]string{"Authorization": "FC x:AAAA", "Date": date}, 403, "InvalidAccessKeyID", "invalid access key ID 'x'"},
		"fc wrong":          {"/", map[string]string{"Authorization": fc, "Date": date}, 403, "SignatureNotMatch", ""},
		"fc old":            {"/", map[string]string{"Authorization": fc, "Date": noon.Add(-time.Hour).Format(http.TimeFormat)}, 403, "AccessDenied", "the difference between the request time 'Fri, 20 Nov 2026 11:00:00 GMT' and the current time 'Fri, 20 Nov 2026 12:00:00 GMT' is too large"},
		"acs3 without date": {"/", map[string]string{"Authorization": acs, "Date": date}, 400, "MissingRequiredHeader", "required HTTP header x-acs-date was not specified"},
		"acs3 empty":        {"/", map[string]string{"Authorization": schemeACS3, "X-Acs-Date": "2026-11-20T12:00:00Z"}, 400, "InvalidArgument", ""},
		"acs3 bad date":     {"/", map[string]string{"Authorization": acs, "X-Acs-Date": "x"}, 400, "InvalidArgument", ""},
		"acs3 unknown key":  {"/", map[string]string{"Authorization": acs, "X-Acs-Date": "2026-11-20T12:00:00Z"}, 403, "InvalidAccessKeyID", ""},
		"roa method":        {"/", map[string]string{"Authorization": "acs a:AAAA", "Date": date, "X-Acs-Signature-Method": "BEARERTOKEN"}, 400, "InvalidArgument", ""},
		"url expired":       {"/2016-08-15/proxy/s/f/?x-fc-access-key-id=" + fakeID + "&x-fc-expires=1&x-fc-signature=AAAA", nil, 403, "AccessDenied", "the signed URL expired at 'Thu, 01 Jan 1970 00:00:01 GMT'"},
		"url wrong":         {"/2016-08-15/proxy/s/f/?x-fc-access-key-id=" + fakeID + "&x-fc-expires=99999999999&x-fc-signature=AAAA", nil, 403, "SignatureNotMatch", ""},
		"url no expiry":     {"/?x-fc-signature=AAAA", nil, 400, "InvalidArgument", ""},
	} {
		refusal := Check(request("GET", c.target, c.headers), API, fake, noon)
		if refusal == nil || refusal.Status != c.status || refusal.Code != c.code || c.message != "" && refusal.Message != c.message {
			t.Errorf("%s: %v", name, refusal)
		}
	}
}

func TestTemporaryKeyNeedsItsToken(t *testing.T) {
	key := Key{ID: "STS.x", Secret: "s", Token: "token"}
	call := func(signer Key) *emulator.Error {
		r := httptest.NewRequest("GET", "http://127.0.0.1:3236/2023-03-30/functions", nil)
		Sign(r, nil, signer, noon)
		return Check(r, API, Keys{key}, noon)
	}
	if refusal := call(key); refusal != nil {
		t.Error(refusal)
	}
	for _, token := range []string{"", "other"} {
		if refusal := call(Key{ID: key.ID, Secret: key.Secret, Token: token}); refusal == nil || refusal.Code != "InvalidSecurityToken" {
			t.Errorf("token %q: %v", token, refusal)
		}
	}
}

// TestTriggerForm: what FC signs of HTTP triggers on hosts of their own.
func TestTriggerForm(t *testing.T) {
	r := request("GET", "/a%20b?k=v%2B1", map[string]string{"Date": noon.Format(http.TimeFormat)})
	mac := hmac.New(sha256.New, []byte(fakeSecret))
	mac.Write([]byte("GET\n\n\n" + r.Header.Get("Date") + "\n/a b\nk=v+1"))
	r.Header.Set("Authorization", "FC "+fakeID+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	if refusal := Check(r, Trigger, fake, noon); refusal != nil {
		t.Error(refusal)
	}
	if Check(r, API, fake, noon) == nil {
		t.Error("a trigger's signature passed for an API call")
	}
	if got := triggerResource(r.URL.Path, r.URL.RawQuery); got != "/a b\nk=v+1" {
		t.Errorf("resource %q", got)
	}
	if got := triggerResource("/p", ""); got != "/p\n" {
		t.Errorf("resource without a query %q", got)
	}
}

// TestSignedIsAccepted: whatever is asked for, what Sign signs holds, and not for another request.
func TestSignedIsAccepted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := "/" + rapid.StringMatching(`[ -~é]{0,20}`).Draw(t, "path")
		values := rapid.MapOfN(rapid.StringMatching(`[ -~]{1,8}`), rapid.StringMatching(`[ -~é]{0,8}`), 0, 4).Draw(t, "query")
		r := httptest.NewRequest("POST", "http://127.0.0.1:3236/", nil)
		r.URL.Path, r.URL.RawPath = path, ""
		query := r.URL.Query()
		for key, value := range values {
			query.Set(key, value)
		}
		r.URL.RawQuery = query.Encode()
		r.Header.Set("Content-Type", "application/json")
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		Sign(r, body, fake[0], noon)
		if refusal := Check(r, API, fake, noon); refusal != nil && !strings.Contains(r.URL.RawQuery, querySignature) {
			t.Fatal(refusal)
		}
		r.URL.RawQuery += "&more=1"
		if Check(r, API, fake, noon) == nil {
			t.Fatal("a longer query was let through")
		}
	})
}

func TestVerifyHoldsTheBodyToItsHash(t *testing.T) {
	var read []byte
	var failure error
	next := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { read, failure = io.ReadAll(r.Body) })
	var refused *emulator.Error
	handler := Verify(next, func() Keys { return fake }, fixedClock{}, func(w http.ResponseWriter, _ *http.Request, refusal *emulator.Error) { refused = refusal })
	send := func(signed, sent string, length int64) {
		read, failure, refused = nil, nil, nil
		r := httptest.NewRequest("POST", "http://127.0.0.1:3236/2023-03-30/functions", bytes.NewReader([]byte(sent)))
		Sign(r, []byte(signed), fake[0], noon)
		r.ContentLength = length
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	for _, length := range []int64{5, -1} {
		send("hello", "hello", length)
		if string(read) != "hello" || failure != nil || refused != nil {
			t.Errorf("length %d: %q, %v, %v", length, read, failure, refused)
		}
		send("hello", "hellO", length)
		var refusal *emulator.Error
		if !errors.As(failure, &refusal) || refusal.Code != "SignatureNotMatch" {
			t.Errorf("length %d: a changed body: %v", length, failure)
		}
	}
	if send("hello", "", 0); refused == nil {
		t.Error("a body that was taken away was let through")
	}
}

func TestHoldBodyRefusesWhatIsNoHash(t *testing.T) {
	for hash, wrong := range map[string]bool{"": false, hexHash(nil): false, strings.ToUpper(hexHash(nil)): false, hexHash([]byte("x")): true,
		"UNSIGNED-PAYLOAD": true, hexHash(nil)[2:]: true} {
		r := request("GET", "/", map[string]string{"Authorization": schemeACS3 + " x", contentHash: hash})
		if held, refusal := HoldBody(r); held || (refusal != nil) != wrong {
			t.Errorf("%q: %v, %v", hash, held, refusal)
		}
	}
}

type fixedClock struct{ emulator.RealClock }

func (fixedClock) Now() time.Time { return noon }

// FuzzCheck: nothing that is not signed passes, and nothing panics.
func FuzzCheck(f *testing.F) {
	for _, c := range allCaptured(f) {
		f.Add(c.Method, c.request().URL.RequestURI(), c.Headers["authorization"], c.Headers["date"], c.Headers["x-acs-date"])
	}
	f.Add("GET", "/?x-fc-signature=AAAA&x-fc-expires=99999999999&x-fc-access-key-id="+fakeID, "", "", "")
	unguessed := Keys{{ID: fakeID, Secret: "none of the inputs was signed with this"}}
	f.Fuzz(func(t *testing.T, method, target, authorization, date, acsDate string) {
		r, err := http.NewRequest(method, "http://127.0.0.1"+target, nil)
		if err != nil {
			return
		}
		r.Header = http.Header{"Authorization": {authorization}, "Date": {date}, "X-Acs-Date": {acsDate}}
		now := noon
		if then, err := http.ParseTime(date); err == nil {
			now = then
		}
		if Check(r, API, unguessed, now) == nil || Check(r, Trigger, unguessed, now) == nil {
			t.Fatalf("%q passed", authorization)
		}
	})
}
