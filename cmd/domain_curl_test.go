package cmd

import "testing"

// TestCurl holds the lines that people paste: whatever the emulator's address, the domain and its route are.
func TestCurl(t *testing.T) {
	const local = "http://127.0.0.1:3236"
	for _, test := range []struct {
		endpoint, domain, path string
		methods                []string
		want                   string
	}{
		{local, "api.example.localhost", "/v1/*", nil, "curl 'http://api.example.localhost:3236/v1/'"},
		{local, "api.example.com", "/*", []string{"POST", "GET"}, "curl --resolve api.example.com:3236:127.0.0.1 'http://api.example.com:3236/'"},
		{local, "*.example.com", "/a", nil, "curl --resolve any.example.com:3236:127.0.0.1 'http://any.example.com:3236/a'"},
		{local, "A.LOCALHOST", "/", []string{"POST", "PUT"}, "curl -X POST 'http://A.LOCALHOST:3236/'"},
		{local, "a.localhost", "/it's/*", []string{"HEAD"}, `curl -I 'http://a.localhost:3236/it'\''s/'`},
		{"http://[::1]:80", "a.b", "/", nil, "curl --resolve 'a.b:80:[::1]' 'http://a.b:80/'"},
		{"http://[::]:3236", "a.b", "/", nil, "curl --resolve a.b:3236:127.0.0.1 'http://a.b:3236/'"},
		{"http://localhost:3236/", "a.b", "/", nil, "curl --resolve a.b:3236:127.0.0.1 'http://a.b:3236/'"},
		{"http://192.168.1.5:3236", "a.localhost", "/", nil, "curl --resolve a.localhost:3236:192.168.1.5 'http://a.localhost:3236/'"},
		{"http://emulator", "a.localhost", "/", nil, "curl --connect-to a.localhost:80:emulator:80 'http://a.localhost/'"},
		{local, "a.localhost", "/{a}[1]\x1b[2J b\n/*", nil, "curl -g 'http://a.localhost:3236/{a}[1]%1B[2J%20b%0A/'"},
		{"https://127.0.0.1:3443", "a.b", "/*", nil, "curl --resolve a.b:3443:127.0.0.1 'https://a.b:3443/'"},
		{"nonsense", "a.localhost", "/", nil, "curl 'http://a.localhost:3236/'"},
	} {
		if got := curl(test.endpoint, test.domain, test.path, test.methods); got != test.want {
			t.Errorf("curl(%s, %s, %s)\n got %s\nwant %s", test.endpoint, test.domain, test.path, got, test.want)
		}
	}
}

// TestSecured: the port is the emulator's, the host is the one that the client reaches it by.
func TestSecured(t *testing.T) {
	for _, test := range []struct{ endpoint, https, want string }{
		{"http://127.0.0.1:3236", "https://127.0.0.1:3443", "https://127.0.0.1:3443"},
		{"http://emulator:3236", "https://0.0.0.0:3443", "https://emulator:3443"},
		{"http://[::1]:3236", "https://[::]:3443", "https://[::1]:3443"},
		{"http://127.0.0.1:3236", "", ""},
	} {
		if got := secured(test.endpoint, test.https); got != test.want {
			t.Errorf("secured(%s, %s) = %s, want %s", test.endpoint, test.https, got, test.want)
		}
	}
}
