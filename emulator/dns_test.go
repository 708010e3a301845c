package emulator

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestResolvConf(t *testing.T) {
	const machines = "nameserver 10.0.0.1\nsearch home\n"
	for raw, want := range map[string]string{
		`{"nameServers":["223.5.5.5","fd00::1"],"searches":["a.example","b.example"],"dnsOptions":[{"name":"ndots","value":"2"},{"name":"rotate"}]}`: "nameserver 223.5.5.5\nnameserver fd00::1\nsearch a.example b.example\noptions ndots:2\noptions rotate\n",
		`{"searches":["mine.example"]}`:                   machines + "search mine.example\n",
		`{"dnsOptions":[{"name":"timeout","value":"1"}]}`: machines + "options timeout:1\n",
	} {
		dns, err := ReadCustomDNS(json.RawMessage(raw))
		if err != nil || dns.ResolvConf(machines) != want {
			t.Errorf("%s: %q, %v", raw, dns.ResolvConf(machines), err)
		}
	}
	for _, nothing := range []string{"", "null", "{}", `{"nameServers":[],"searches":null}`} {
		if dns, err := ReadCustomDNS(json.RawMessage(nothing)); dns != nil || err != nil {
			t.Errorf("%q: %v, %v", nothing, dns, err)
		}
	}
	for _, wrong := range []string{`"auto"`, `[]`, `{"nameServers":["dns.example"]}`, `{"nameServers":["1.1.1.1\nnameserver 6.6.6.6"]}`,
		`{"searches":["a b"]}`, `{"searches":["a\noptions x"]}`, `{"searches":[""]}`, `{"dnsOptions":[{"value":"1"}]}`, `{"dnsOptions":[{"name":"a","value":"1\n"}]}`} {
		if _, err := ReadCustomDNS(json.RawMessage(wrong)); err == nil || !strings.Contains(err.Error(), "CustomDNS") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}
