package cmd

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/cmd/daemon"
	"github.com/fcemu/fcemu/emulator/certificate"
	"github.com/fcemu/fcemu/emulator/client"
)

// curl is a command that calls a route of a custom domain. methods are those that the route takes;
// none = all. trust are the words that make curl take the certificate.
func curl(endpoint, domain, path string, methods []string, trust ...string) string {
	words := append([]string{"curl"}, trust...)
	switch {
	case len(methods) == 0 || slices.Contains(methods, "GET"):
	case methods[0] == "HEAD":
		words = append(words, "-I")
	default:
		words = append(words, "-X", methods[0])
	}
	address, options := reach(endpoint, domain, path)
	if strings.ContainsAny(path, "[]{}") {
		words = append(words, "-g") // else curl takes them for a pattern
	}
	return strings.Join(append(append(words, options...), quoted(address)), " ")
}

// reach is the address of a route, and what curl must be told so that the domain's name leads to the
// emulator. Names below localhost lead to this machine by themselves.
func reach(endpoint, domain, path string) (address string, options []string) {
	base, err := url.Parse(endpoint)
	if err != nil || base.Hostname() == "" {
		base = &url.URL{Host: strings.TrimPrefix(daemon.DefaultEndpoint, "http://")}
	}
	name, port := strings.Replace(domain, "*.", "any.", 1), base.Port()
	scheme, usual := "http", "80"
	if base.Scheme == "https" {
		scheme, usual = "https", "443"
	}
	address = scheme + "://" + strings.TrimSuffix(net.JoinHostPort(name, port), ":") + escaped(strings.TrimSuffix(path, "*"))
	if port == "" {
		port = usual
	}
	host, ip := base.Hostname(), net.ParseIP(base.Hostname())
	if host == "localhost" || ip != nil && ip.IsUnspecified() {
		host, ip = "127.0.0.1", net.IPv4(127, 0, 0, 1)
	}
	if ip != nil && strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	switch {
	case ip == nil: // an emulator on another machine
		options = []string{"--connect-to", name + ":" + port + ":" + host + ":" + port}
	case !ip.IsLoopback() || !strings.HasSuffix(strings.ToLower(name), ".localhost"):
		options = []string{"--resolve", quoted(name + ":" + port + ":" + host)}
	}
	return address, options
}

// secured is the address of the emulator's HTTPS port, as this client reaches it; empty without one.
func secured(endpoint, https string) string {
	plain, err := url.Parse(endpoint)
	secure, bad := url.Parse(https)
	if err != nil || bad != nil || secure.Port() == "" {
		return ""
	}
	return "https://" + net.JoinHostPort(plain.Hostname(), secure.Port())
}

// trusting is what curl must be told to take the certificate of a domain. One that the user gave it is
// for the user to judge.
func trusting(domain client.Object) []string {
	config, _ := domain["certConfig"].(client.Object)
	if text(config["certificate"]) != "" {
		return []string{"--insecure"}
	}
	dir, err := daemon.AuthorityDir()
	if err != nil {
		return nil
	}
	return []string{"--cacert", quoted(certificate.Path(dir))}
}

// escaped is a path without what neither a URL nor a terminal takes: blanks, control characters and
// those outside ASCII.
func escaped(path string) string {
	var out strings.Builder
	for _, c := range []byte(path) {
		if c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&out, "%%%02X", c)
			continue
		}
		out.WriteByte(c)
	}
	return out.String()
}

// quoted is a text as one word of a shell.
func quoted(text string) string {
	if !strings.ContainsAny(text, " /[]{}()'\"\\$`&;<>|*?#~!") {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
