package control_test

import (
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
)

// TestAuthAndCORSAreCheckedWhenSet: what could not be applied is refused, not kept.
func TestAuthAndCORSAreCheckedWhenSet(t *testing.T) {
	f := newFixture(t)
	name := f.create(t, "hello").Name()
	const jwt = `{"authType":"jwt","authConfig":"{\"JWKS\":{\"keys\":[{\"kty\":\"oct\",\"alg\":\"HS256\",\"k\":\"c2VjcmV0\"}]},\"TokenLookup\":\"query:t\"}"}`
	for config, want := range map[string]string{
		jwt:                                             "",
		`{"authType":"jwt"}`:                            "jwks and tokenLookup",
		strings.Replace(jwt, "oct", "RSA", 1):           "alg",
		`{"authType":"bearer"}`:                         "not available",
		`{"authType":"Basic"}`:                          "not available",
		`{"authType":"open"}`:                           "anonymous | function | jwt",
		`{"authType":"function","authConfig":""}`:       "",
		`{"corsConfig":{"allowOrigins":["https://*"]}}`: "",
		`{"corsConfig":{"allowOrigins":["https://*.example.com"]}}`: "AllowOrigins",
		`{"corsConfig":{"allowOrigins":[],"maxAge":0}}`:             "",
		`{"corsConfig":{"allowMethods":["GET"]}}`:                   "AllowOrigins",
		`{"corsConfig":{"allowOrigins":"*"}}`:                       "CORSConfig",
	} {
		_, err := f.PutTrigger(t.Context(), name, &emulator.Trigger{TriggerName: "web", TriggerType: "http", TriggerConfig: []byte(config)})
		if want == "" {
			if err != nil {
				t.Errorf("%s: %v", config, err)
				continue
			}
			if err := f.DeleteTrigger(t.Context(), name, "web", ""); err != nil {
				t.Fatal(err)
			}
			continue
		}
		wantCode(t, err, 400, "InvalidArgument")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", config, err)
		}
	}
	if _, err := f.PutTrigger(t.Context(), name, &emulator.Trigger{TriggerName: "web", TriggerType: "http", TriggerConfig: []byte(jwt)}); err != nil {
		t.Fatal(err)
	}
	got, _ := f.Trigger(t.Context(), name, "web")
	if text := string(got.TriggerConfig); !strings.Contains(text, `"authConfig":"{\"jwks\":`) || !strings.Contains(text, `\"tokenLookup\":\"query:t\"`) {
		t.Errorf("shown as %s", text)
	}
}
