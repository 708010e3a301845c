package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/fcemu/fcemu/emulator"
)

func FuzzResult(f *testing.F) {
	for _, seed := range []string{
		`{"statusCode":200,"headers":{"a":"b","c":["d",1,null]},"isBase64Encoded":true,"body":"aGk="}`,
		`{"statusCode":"2e2","body":{}}`, `{"statusCode":-1}`, `null`, `"`, `{"statusCode":200,"statusCode":null}`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		got, refusal := parseResult(payload)
		if refusal != nil {
			if refusal.Status != 502 || refusal.Code != "BadResponse" || !json.Valid(payload) {
				t.Errorf("%q: %v", payload, refusal)
			}
			return
		}
		if got.status < 200 || got.status > 599 || len(got.header["Content-Type"]) == 0 {
			t.Errorf("%q: %+v", payload, got)
		}
		if !json.Valid(payload) && !bytes.Equal(got.body, payload) {
			t.Errorf("%q became %q", payload, got.body)
		}
		w := httptest.NewRecorder()
		c := &call{gateway: New(Options{}), w: w, r: httptest.NewRequest("GET", "/", nil)}
		c.answer = answer{call: c}
		if refusal := c.answer.sendResult(payload); refusal != nil {
			t.Error(refusal)
		}
		if body := w.Body.Bytes(); !c.answer.discard && !c.answer.bare && !bytes.Equal(body, got.body) {
			t.Errorf("%q: sent %q", payload, body)
		}
	})
}

func FuzzEvent(f *testing.F) {
	f.Add("/a%20b?x=1&x=%32&;", "text/plain", "v\"\\\x00é", []byte("body\n\xff"))
	f.Add("/%zz?%", "image/png", "\xff", []byte{})
	f.Fuzz(func(t *testing.T, target, kind, value string, body []byte) {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header["Content-Type"], r.Header["X-Value"] = []string{kind}, []string{value, value}
		c := &call{gateway: New(Options{Account: "1", Region: "r"}), r: r, target: target, requestID: "id", now: time.Unix(1, 0), door: door{trigger: &emulator.Trigger{}}}
		event := c.appendEvent(nil, body)
		var got struct {
			RawPath         string
			Headers         map[string]string
			Body            string
			IsBase64Encoded bool
		}
		if err := json.Unmarshal(event, &got); err != nil || !utf8.Valid(event) {
			t.Fatalf("%v: %q", err, event)
		}
		rawPath, _, _ := strings.Cut(target, "?")
		if got.RawPath != strings.ToValidUTF8(rawPath, "\uFFFD") || got.Headers["X-Value"] != strings.ToValidUTF8(value+","+value, "\uFFFD") {
			t.Errorf("%q %q: %+v", target, value, got)
		}
		back := []byte(got.Body)
		if got.IsBase64Encoded {
			back, _ = base64.StdEncoding.DecodeString(got.Body)
		}
		if !bytes.Equal(back, body) {
			t.Errorf("%q became %q", body, back)
		}
	})
}
