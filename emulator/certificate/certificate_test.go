package certificate_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/emulator/certificate"
)

func open(t *testing.T, dir string) (*certificate.Authority, *x509.CertPool) {
	t.Helper()
	authority, err := certificate.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(certificate.Path(dir))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		t.Fatal("no certificate in the file")
	}
	return authority, roots
}

// handshake is a real one, over a connection of this machine.
func handshake(t *testing.T, server, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_ = conn.(*tls.Conn).Handshake() // the client's error tells
			_ = conn.Close()
		}
	}()
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", listener.Addr().String(), client)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	return conn.ConnectionState(), nil
}

func TestLeaves(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "ca")
	authority, roots := open(t, dir)
	again, _ := open(t, dir)
	for sni, verified := range map[string]string{"hello.localhost": "hello.localhost", "API.Example.com": "api.example.com", "": "127.0.0.1"} {
		for _, a := range []*certificate.Authority{authority, again} {
			config, err := a.Config(sni, nil)
			if err != nil {
				t.Fatal(err)
			}
			state, err := handshake(t, config, &tls.Config{RootCAs: roots, ServerName: verified, NextProtos: []string{"h2", "http/1.1"}})
			if err != nil || state.Version != tls.VersionTLS13 || state.NegotiatedProtocol != "http/1.1" {
				t.Errorf("%q: %v %+v", sni, err, state.NegotiatedProtocol)
			}
		}
	}
	for _, verified := range []string{"192.168.1.7", "127.0.0.1", "::1", "localhost"} {
		config, _ := authority.Config("192.168.1.7", nil)
		if _, err := handshake(t, config, &tls.Config{RootCAs: roots, ServerName: verified}); err != nil {
			t.Errorf("%s of an emulator that listens on all addresses: %v", verified, err)
		}
	}
	config, _ := authority.Config("one.localhost", nil)
	if _, err := handshake(t, config, &tls.Config{RootCAs: roots, ServerName: "two.localhost"}); err == nil {
		t.Error("a certificate of another name was good")
	}
	if info, err := os.Stat(filepath.Join(dir, "ca.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v %v", info, err)
	}
	one, _ := authority.Leaf("x")
	for i := range 300 {
		if _, err := authority.Leaf(fmt.Sprint("n", i)); err != nil {
			t.Fatal(err)
		}
	}
	if two, _ := authority.Leaf("x"); two == one {
		t.Error("certificates pile up")
	}
}

// Emulators that start at the same time agree on one authority.
func TestOneAuthority(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ca")
	var wg sync.WaitGroup
	found := make([]string, 8)
	for i := range found {
		wg.Go(func() {
			if _, err := certificate.Open(dir); err != nil {
				t.Error(err)
			}
			text, _ := os.ReadFile(certificate.Path(dir))
			found[i] = string(text)
		})
	}
	wg.Wait()
	for _, text := range found {
		if text == "" || text != found[0] {
			t.Fatal("several authorities")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".ca-*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if err := os.WriteFile(certificate.Path(dir), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := certificate.Open(dir); err == nil || !strings.Contains(err.Error(), "delete the folder") {
		t.Errorf("a broken authority: %v", err)
	}
}

// pair is a certificate of another authority, as a user would bring it.
func pair(t *testing.T, name string) json.RawMessage {
	t.Helper()
	other, _ := open(t, filepath.Join(t.TempDir(), "ca"))
	leaf, err := other.Leaf(name)
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(map[string]string{
		"certificate": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Certificate[0]})),
		"privateKey":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})),
	})
	return text
}

func TestDomain(t *testing.T) {
	authority, _ := open(t, filepath.Join(t.TempDir(), "ca"))
	own := pair(t, "www.example.com")
	domain := &emulator.CustomDomain{Stored: map[string]json.RawMessage{"certConfig": own,
		"tlsConfig": json.RawMessage(`{"minVersion":"TLSv1.2","maxVersion":"TLSv1.2","cipherSuites":["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"]}`)}}
	config, err := authority.Config("www.example.com", domain)
	if err != nil {
		t.Fatal(err)
	}
	state, err := handshake(t, config, &tls.Config{InsecureSkipVerify: true})
	if err != nil || state.Version != tls.VersionTLS12 || state.CipherSuite != tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 || state.PeerCertificates[0].DNSNames[0] != "www.example.com" {
		t.Errorf("%v %+v", err, state)
	}
	if _, err := handshake(t, config, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS13}); err == nil {
		t.Error("a version above the greatest was taken")
	}
}

func TestCheck(t *testing.T) {
	one, two := pair(t, "a.example.com"), pair(t, "b.example.com")
	var mixed, other map[string]string
	_ = json.Unmarshal(one, &mixed)
	_ = json.Unmarshal(two, &other)
	mixed["privateKey"] = other["privateKey"]
	crossed, _ := json.Marshal(mixed)
	long, _ := json.Marshal(map[string]string{"certificate": strings.Repeat("x", 20<<10+1)})
	for _, c := range []struct {
		cert, tls string
		good      bool
	}{
		{"", "", true}, {"null", "{}", true}, {`{"certName":"","certificate":"","privateKey":""}`, `{"minVersion":""}`, true}, {string(one), `{"minVersion":"tlsv1.0"}`, true},
		{string(crossed), "", false}, {string(long), "", false}, {`{"certificate":"x","privateKey":"y"}`, "", false}, {"3", "", false},
		{"", `{"maxVersion":"TLSv1.0"}`, true}, {"", `{"cipherSuites":["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305","tls_rsa_with_aes_128_cbc_sha"]}`, true},
		{"", `{"cipherSuites":["TLS_ECDHE_RSA_WITH_AES_128_GCM"]}`, false}, {"", `{"minVersion":"SSLv3"}`, false}, {"", `{"minVersion":"TLSv1.3","maxVersion":"TLSv1.2"}`, false}, {"", `{"cipherSuites":["ROT13"]}`, false}, {"", "[]", false},
	} {
		if err := certificate.Check(json.RawMessage(c.cert), json.RawMessage(c.tls)); (err == nil) != c.good {
			t.Errorf("%.40s %s: %v", c.cert, c.tls, err)
		}
	}
}

// TestDomainIsReadOnce: the PEM of a domain is read again only when it is another one.
func TestDomainIsReadOnce(t *testing.T) {
	authority, _ := open(t, filepath.Join(t.TempDir(), "ca"))
	key := func(own json.RawMessage) any {
		config, err := authority.Config("www.example.com", &emulator.CustomDomain{Stored: map[string]json.RawMessage{"certConfig": own}})
		if err != nil {
			t.Fatal(err)
		}
		return config.Certificates[0].PrivateKey
	}
	first := pair(t, "www.example.com")
	before := key(first)
	if key(first) != before {
		t.Error("the same PEM was read twice")
	}
	if key(pair(t, "www.example.com")) == before {
		t.Error("another PEM was not read")
	}
	if key(first) != before {
		t.Error("the first PEM was forgotten")
	}
}
