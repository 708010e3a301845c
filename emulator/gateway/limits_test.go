package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/signature"
)

// TestWhatCallersAreTold is the table of FC's documented answers on HTTP triggers: status, code and
// X-Fc-Error-Type. What needs neither body nor signature stands in TestRefusals.
func TestWhatCallersAreTold(t *testing.T) {
	const common, unhandled = "FCCommonError", "UnhandledInvocationError"
	function := trigger("web", func(c *emulator.HTTPTrigger) { c.AuthType = "function" })
	keys := signature.Keys{{ID: "mine", Secret: "secret"}}
	signed := func(w *world) {
		function(w)
		w.options.Signed = func(r *http.Request) (bool, *emulator.Error) {
			return false, signature.Check(r, signature.Trigger, keys, clock{}.Now())
		}
	}
	on, off := "Date: "+clock{}.Now().UTC().Format(http.TimeFormat), "Date: "+clock{}.Now().UTC().Add(-16*60e9).Format(http.TimeFormat)
	apk := answers(200, map[string][]string{"Content-Type": {"application/vnd.android.package-archive"}}, "PK")
	fault := func(text string) script {
		return failsWith(emulator.Outcome{ErrorType: emulator.UnhandledInvocationError, Cause: emulator.CauseUnhandled, Payload: []byte(`{"errorMessage":"` + text + `"}`)})
	}
	refused := func(status int, code string) script {
		return failsWith(emulator.Outcome{Refused: emulator.Refuse(status, code, "x")})
	}
	for name, c := range map[string]struct {
		run       script
		change    func(*world)
		headers   []string
		status    int
		code      string // "" = the body is the function's error
		errorType string
	}{
		"unsigned":             {nil, signed, nil, 400, "MissingRequiredHeader", common},
		"no Authorization":     {nil, signed, []string{on}, 400, "InvalidArgument", common},
		"no Date":              {nil, signed, []string{"Authorization: FC mine:AAAA"}, 400, "MissingRequiredHeader", common},
		"wrong signature":      {nil, signed, []string{on, "Authorization: FC mine:AAAA"}, 403, "SignatureNotMatch", common},
		"old Date":             {nil, signed, []string{off, "Authorization: FC mine:AAAA"}, 403, "AccessDenied", common},
		"unknown key":          {nil, signed, []string{on, "Authorization: FC who:AAAA"}, 403, "InvalidAccessKeyID", common},
		"redirect":             {answers(302, map[string][]string{"Location": {"/x"}}, ""), nil, nil, 400, "ExternalRedirectForbidden", common},
		"answer's headers":     {answers(200, map[string][]string{"X-Big": {strings.Repeat("h", 8192)}}, ""), nil, nil, 502, "BadResponse", unhandled},
		"no HTTP":              {answers(0, nil, ""), nil, nil, 502, "BadResponse", unhandled},
		"server did not start": {refused(412, "FunctionNotStarted"), nil, nil, 412, "FunctionNotStarted", common},
		"server exited":        {refused(412, "CAExited"), nil, nil, 412, "CAExited", common},
		"throttled":            {refused(429, "ResourceExhausted"), nil, nil, 429, "ResourceExhausted", common},
		"system error":         {refused(500, "InternalServerError"), nil, nil, 500, "InternalServerError", common},
		"system throttled":     {refused(503, "ResourceThrottled"), nil, nil, 503, "ResourceThrottled", common},
		"code error":           {fault("boom"), nil, nil, 502, "", unhandled},
		"client gone":          {failsWith(emulator.Outcome{Cause: emulator.CauseCanceled, ErrorType: emulator.UnhandledInvocationError}), nil, nil, 499, "ClientClosedRequest", common},
		"apk, where refused":   {apk, func(w *world) { w.options.RefuseAPK = true }, nil, 400, "InvalidArgument", common},
	} {
		t.Run(name, func(t *testing.T) {
			run, change := c.run, c.change
			if run == nil {
				run = never(t)
			}
			if change == nil {
				change = func(*world) {}
			}
			got := newWorld(t, run, change).call(t, "GET", "/proxy/web", "", c.headers...)
			if got.status != c.status || got.header.Get("X-Fc-Error-Type") != c.errorType {
				t.Errorf("%d %s %s", got.status, got.header.Get("X-Fc-Error-Type"), got.body)
			}
			if c.code == "" {
				if !strings.Contains(got.body, "boom") {
					t.Errorf("body %q", got.body)
				}
			} else if code, _ := got.errorOf(t); code != c.code {
				t.Errorf("code %s", code)
			}
		})
	}
	if got := newWorld(t, apk).call(t, "GET", "/proxy/web", ""); got.status != 200 || got.body != "PK" || got.header.Get("Content-Disposition") != "attachment" {
		t.Errorf("an APK by default: %+v", got)
	}
	inline := newWorld(t, apk, func(w *world) { w.options.AllowInline = true })
	if got := inline.call(t, "GET", "/proxy/web", ""); got.header.Get("Content-Disposition") != "" {
		t.Errorf("with the switch: %+v", got)
	}
}
