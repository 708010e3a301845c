package destination

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
)

// Route sends the outcomes for some destinations to a file or a webhook of this machine. Exactly
// one of File and Webhook is set.
type Route struct {
	Pattern string // an ARN; each * stands for any letters, or none
	File    string // absolute path; one JSON document a line is appended
	Webhook string // http or https on a loopback host; each outcome is posted
}

// Check tells what is wrong with a route, or nil.
func (r Route) Check() error {
	switch {
	case !strings.HasPrefix(r.Pattern, "acs:"):
		return fmt.Errorf("%q is not the name of a resource: write it as acs:mns:*:*:/queues/NAME/messages", r.Pattern)
	case strings.HasPrefix(r.Pattern, "acs:fc:"):
		return fmt.Errorf("%q: functions are invoked, they cannot be led elsewhere", r.Pattern)
	case (r.File == "") == (r.Webhook == ""):
		return fmt.Errorf("%q needs either file: PATH or webhook: URL", r.Pattern)
	case r.Webhook != "":
		return checkWebhook(r.Webhook)
	case !filepath.IsAbs(r.File):
		return fmt.Errorf("%q: file %s is not an absolute path", r.Pattern, r.File)
	}
	return nil
}

// checkWebhook allows loopback hosts only: outcomes hold payloads, which stay on this machine.
func checkWebhook(text string) error {
	address, err := url.Parse(text)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return fmt.Errorf("webhook %q is not an http address", text)
	}
	if host := address.Hostname(); host != "localhost" && !isLoopback(host) {
		return fmt.Errorf("webhook %q leads to another machine: only localhost, 127.0.0.0/8 and [::1] are allowed", text)
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// isLoopbackAddress is for host:port, as a connection is about to be made to it.
func isLoopbackAddress(address string) bool {
	at, err := netip.ParseAddrPort(address)
	return err == nil && at.Addr().Unmap().IsLoopback()
}

// matches tells whether text has the form of a pattern, in which * stands for any letters.
func matches(pattern, text string) bool {
	pieces := strings.Split(pattern, "*")
	last := len(pieces) - 1
	if last == 0 {
		return pattern == text
	}
	rest, ok := strings.CutPrefix(text, pieces[0])
	if !ok {
		return false
	}
	for _, piece := range pieces[1:last] {
		at := strings.Index(rest, piece)
		if at < 0 {
			return false
		}
		rest = rest[at+len(piece):]
	}
	return strings.HasSuffix(rest, pieces[last])
}
