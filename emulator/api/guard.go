package api

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Guard keeps web pages of strangers out. A page can make a browser call loopback: then the call
// carries an Origin from elsewhere; or it can have its own name resolve to loopback (DNS
// rebinding): then the Host is that name. allowed, which may be nil, tells further host names that
// are fine, such as deployed custom domains or the address that the emulator was told to listen on;
// it gets them in lower case, without port. No CORS header is ever sent here.
func Guard(next http.Handler, allowed func(host string) bool) http.Handler {
	ids := emulator.NewIDs()
	local := func(hostport string) bool {
		host := hostOf(hostport)
		return isLoopback(host) || allowed != nil && allowed(host)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header["Origin"]
		switch {
		case !local(r.Host):
			refuseStranger(w, ids, "the host '"+r.Host+"' is not this emulator's")
		case len(origin) > 0 && !localOrigin(origin, hostOf(r.Host)):
			refuseStranger(w, ids, "the origin '"+origin[0]+"' may not call this emulator")
		case len(origin) == 0 && isEmbedded(r):
			refuseStranger(w, ids, "pages of other sites may not call this emulator")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func refuseStranger(w http.ResponseWriter, ids *emulator.IDs, why string) {
	writeError(w, ids.Request(emulator.RealClock{}.Now()), &emulator.Error{Status: 403, Code: "AccessDenied", Message: why})
}

// localOrigin holds for origins of local pages, and of pages from the very host that is called,
// only: that strangers' addresses pass as a Host, where the emulator listens on all of the
// machine's, makes their pages no friends. "null", which sandboxed pages send, is none.
func localOrigin(origins []string, own string) bool {
	for _, origin := range origins {
		parsed, err := url.Parse(origin)
		if err != nil || parsed.Host == "" || !isLoopback(hostOf(parsed.Host)) && hostOf(parsed.Host) != own {
			return false
		}
	}
	return true
}

// isEmbedded tells whether a browser says that a page of another site makes it call, and not its
// user who follows a link. Browsers leave the Origin of images and scripts out.
func isEmbedded(r *http.Request) bool {
	return r.Header.Get("Sec-Fetch-Site") == "cross-site" && (r.Method != http.MethodGet || r.Header.Get("Sec-Fetch-Mode") != "navigate")
}

// hostOf is the host of a "host:port" in lower case, without port, brackets and final dot.
func hostOf(hostport string) string {
	host := hostport
	if strings.HasPrefix(host, "[") {
		host, _, _ = strings.Cut(host[1:], "]")
	} else if name, _, ok := strings.Cut(host, ":"); ok && !strings.Contains(hostport[len(name)+1:], ":") {
		host = name
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

func isLoopback(host string) bool {
	if host == "127.0.0.1" || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
