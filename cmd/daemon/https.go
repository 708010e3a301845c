package daemon

import (
	"crypto/tls"
	"fmt"
	"log"
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

// serverLog takes what net/http has to say: the first client that does not trust a certificate is worth
// a hint, and no more than one.
func serverLog(notice func(string)) *log.Logger {
	return log.New(&handshakes{notice: notice}, "", 0)
}

type handshakes struct {
	notice func(string)
	told   sync.Once
}

// Write takes one line.
func (h *handshakes) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	switch {
	case !strings.Contains(text, "TLS handshake error"):
		return os.Stderr.Write(line)
	case h.notice != nil && (strings.Contains(text, "remote error") || strings.Contains(text, "bad record MAC")): // the latter is how OpenSSL's alert arrives
		h.told.Do(func() { h.notice("a client does not trust the certificate: see 'fcemu cert trust' (" + text + ")") })
	}
	return len(line), nil
}
