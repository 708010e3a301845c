// Package certificate has the certificates of HTTPS: those of custom domains, and for every other name
// one that fcemu signs with an authority of its own.
package certificate

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	certFile = "ca.pem"
	keyFile  = "ca.key"

	authorityLife = 10 * 365 * 24 * time.Hour
	leafLife      = 90 * 24 * time.Hour
	maxLeaves     = 256 // kept in memory
)

// Authority signs certificates for this machine. It is safe for concurrent use.
type Authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey

	mu     sync.Mutex
	leaves map[string]*tls.Certificate
	owned  map[string]*tls.Certificate // certificates of domains, by certConfig: reading PEM takes as long as a handshake
}

// Path is the file of the authority's certificate, for clients that are to trust it.
func Path(dir string) string { return filepath.Join(dir, certFile) }

// Open reads the authority in dir, or makes one there. Its key can be read by the user alone.
func Open(dir string) (*Authority, error) {
	authority, err := load(dir)
	if !errors.Is(err, os.ErrNotExist) {
		return authority, err
	}
	if err := create(dir); err != nil {
		return nil, fmt.Errorf("the certificate authority cannot be made in %s: %w", dir, err)
	}
	return load(dir)
}

func load(dir string) (*Authority, error) {
	pair, err := tls.LoadX509KeyPair(Path(dir), filepath.Join(dir, keyFile))
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		return nil, fmt.Errorf("the certificate authority in %s cannot be used: %w; delete the folder, and a new one is made", dir, err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || time.Now().After(pair.Leaf.NotAfter) {
		return nil, fmt.Errorf("the certificate authority in %s has expired or is not fcemu's; delete the folder, and a new one is made", dir)
	}
	return &Authority{certificate: pair.Leaf, key: key, leaves: map[string]*tls.Certificate{}, owned: map[string]*tls.Certificate{}}, nil
}

// create writes both files into a draft folder and renames it: of several emulators that start at the
// same time, the first one's authority is everybody's.
func create(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	draft, err := os.MkdirTemp(filepath.Dir(dir), ".ca-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(draft)
	if err := write(draft); err != nil {
		return err
	}
	if err := os.Rename(draft, dir); err != nil {
		if _, there := os.Stat(Path(dir)); there != nil {
			return err
		}
	}
	return nil
}

func write(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	host, _ := os.Hostname()
	template := template(pkix.Name{CommonName: "fcemu on " + host, Organization: []string{"fcemu, for this machine only"}}, authorityLife)
	template.IsCA, template.BasicConstraintsValid, template.MaxPathLenZero = true, true, true
	template.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, keyFile), pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: secret}), 0o600); err != nil {
		return err
	}
	return os.WriteFile(Path(dir), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o644)
}

func template(subject pkix.Name, life time.Duration) *x509.Certificate {
	number, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) // never fails
	now := time.Now()
	return &x509.Certificate{SerialNumber: number, Subject: subject, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(life)}
}

// Leaf returns a certificate for a host name, or for an address and the names of this machine.
func (a *Authority) Leaf(name string) (*tls.Certificate, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	a.mu.Lock()
	defer a.mu.Unlock()
	if leaf := a.leaves[name]; leaf != nil && time.Until(leaf.Leaf.NotAfter) > time.Hour {
		return leaf, nil
	}
	leaf, err := a.sign(name)
	if err != nil {
		return nil, err
	}
	if len(a.leaves) >= maxLeaves {
		clear(a.leaves)
	}
	a.leaves[name] = leaf
	return leaf, nil
}

func (a *Authority) sign(name string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := template(pkix.Name{CommonName: "localhost"}, leafLife)
	template.KeyUsage, template.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames, template.IPAddresses = []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	if address := net.ParseIP(name); address != nil && !address.IsLoopback() {
		template.IPAddresses = append(template.IPAddresses, address)
	} else if address == nil && name != "" {
		template.DNSNames, template.IPAddresses = []string{name}, nil
		template.Subject.CommonName = name[:min(len(name), 64)]
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParseCertificate(der)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: parsed}, err
}
