package daemon

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/fcemu/fcemu/emulator/certificate"
)

// AuthorityDir is where the certificate authority of this user lies.
func AuthorityDir() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("this user has no configuration folder: set XDG_CONFIG_HOME or HOME (%w)", err)
	}
	return filepath.Join(dir, "fcemu", "ca"), nil
}

// listenHTTPS opens the second port, where one is wanted.
func (d *Daemon) listenHTTPS() (net.Listener, error) {
	if d.options.HTTPSPort == nil {
		return nil, nil
	}
	dir, err := AuthorityDir()
	if err != nil {
		return nil, err
	}
	authority, err := certificate.Open(dir)
	if err != nil {
		return nil, err
	}
	plain, err := listen(d.options.Host, *d.options.HTTPSPort, "--https-port")
	if err != nil {
		return nil, err
	}
	d.HTTPSEndpoint = "https://" + reachable(plain)
	return tls.NewListener(plain, &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		domain, err := d.parts.catalogue.DomainOf(hello.Context(), hello.ServerName)
		if err != nil {
			return nil, err
		}
		name := hello.ServerName
		if address, ok := hello.Conn.LocalAddr().(*net.TCPAddr); ok && name == "" {
			name = address.IP.String() // what the client has asked for instead of a name
		}
		return authority.Config(name, domain)
	}}), nil
}

// serverLog takes what the server has to say: the first client that does not trust a certificate is worth
// a hint, and no more than one.
func serverLog(notice func(string)) func(line string) {
	var told sync.Once
	return func(line string) {
		switch {
		case !strings.Contains(line, "TLS handshake error"):
			fmt.Fprintln(os.Stderr, line)
		case notice != nil && (strings.Contains(line, "remote error") || strings.Contains(line, "bad record MAC")): // the latter is how OpenSSL's alert arrives
			told.Do(func() { notice("a client does not trust the certificate: see 'fcemu cert trust' (" + line + ")") })
		}
	}
}
