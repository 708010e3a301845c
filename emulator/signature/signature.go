// Package signature verifies how the clients of Function Compute sign their requests. Three schemes
// are in use: FC (HMAC-SHA256, API of 2016-08-15 and FC 2.0 triggers, also as a presigned URL),
// ACS3-HMAC-SHA256 (API of 2021-04-06 and 2023-03-30, FC 3.0 triggers) and ROA (HMAC-SHA1, the
// aliyun command line and the core SDKs).
package signature

import (
	"net/http"
	"strings"
	"time"

	"github.com/fcemu/fcemu/emulator"
)

// Window is how far the time of a request may be from the clock, to either side.
const Window = 15 * time.Minute

// Key is an access key. Token is set for temporary keys (STS): a request must then carry it.
type Key struct {
	ID     string
	Secret string
	Token  string
}

// Keys are those that may call.
type Keys []Key

func (keys Keys) find(id string) (Key, bool) {
	for _, key := range keys {
		if key.ID == id && id != "" {
			return key, true
		}
	}
	return Key{}, false
}

// Form is what a request is for: the FC scheme leaves the query out of API calls and signs it for
// HTTP triggers.
type Form int

// The forms.
const (
	API Form = iota
	Trigger
)

// signed is what one scheme found in a request.
type signed struct {
	keyID   string
	token   string
	time    time.Time
	expires bool // time is when the request ends to hold, not when it was made
	// holds tells whether the signature was made with the secret.
	holds func(secret string) bool
}

// Check returns nil for a request that one of the keys signed, at about now. It does not read the
// body; see Verify.
func Check(r *http.Request, form Form, keys Keys, now time.Time) *emulator.Error {
	found, refusal := read(r, form)
	if refusal != nil {
		return refusal
	}
	key, known := keys.find(found.keyID)
	switch {
	case !known:
		return emulator.Refuse(http.StatusForbidden, "InvalidAccessKeyID", "invalid access key ID '%s'", found.keyID)
	case found.expires && now.After(found.time):
		return emulator.Refuse(http.StatusForbidden, "AccessDenied", "the signed URL expired at '%s'", httpTime(found.time))
	case !found.expires && now.Sub(found.time).Abs() > Window:
		return emulator.Refuse(http.StatusForbidden, "AccessDenied",
			"the difference between the request time '%s' and the current time '%s' is too large", httpTime(found.time), httpTime(now))
	case key.Token != "" && found.token != key.Token:
		return emulator.Refuse(http.StatusForbidden, "InvalidSecurityToken", "the security token is not that of access key ID '%s'", found.keyID)
	case !found.holds(key.Secret):
		return notMatch()
	}
	return nil
}

// read finds the scheme.
func read(r *http.Request, form Form) (*signed, *emulator.Error) {
	if strings.Contains(r.URL.RawQuery, querySignature+"=") {
		return readPresigned(r)
	}
	authorization := r.Header.Get("Authorization")
	scheme, rest, _ := strings.Cut(authorization, " ")
	switch scheme {
	case "FC":
		return readFC(r, form, rest)
	case schemeACS3:
		return readACS3(r, rest)
	case "acs":
		return readROA(r, rest)
	case "":
		if r.Header.Get("Date") == "" && r.Header.Get("X-Acs-Date") == "" {
			return nil, missing("Date")
		}
	}
	return nil, invalidAuthorization(authorization)
}

func invalidAuthorization(text string) *emulator.Error {
	return emulator.InvalidArgument("invalid authorization '%s'", text)
}

func missing(header string) *emulator.Error {
	return emulator.Refuse(http.StatusBadRequest, "MissingRequiredHeader", "required HTTP header %s was not specified", header)
}

func notMatch() *emulator.Error {
	return emulator.Refuse(http.StatusForbidden, "SignatureNotMatch",
		"The request signature we calculated does not match the signature you provided. Check your access key and signing method")
}

func httpTime(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

// readDate reads the Date header.
func readDate(r *http.Request) (time.Time, *emulator.Error) {
	text := r.Header.Get("Date")
	if text == "" {
		return time.Time{}, missing("Date")
	}
	date, err := http.ParseTime(text)
	if err != nil {
		return time.Time{}, emulator.InvalidArgument("Date is set to an invalid value (expected: '%s', actual: '%s')", http.TimeFormat, text)
	}
	return date, nil
}

// readACSDate reads the x-acs-date header.
func readACSDate(r *http.Request) (time.Time, *emulator.Error) {
	text := r.Header.Get("X-Acs-Date")
	if text == "" {
		return time.Time{}, missing("x-acs-date")
	}
	date, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, emulator.InvalidArgument("x-acs-date is set to an invalid value (expected: '2006-01-02T15:04:05Z', actual: '%s')", text)
	}
	return date, nil
}
