package certificate

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"encoding/json"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// Limits of certConfig, in bytes. Source: FC 3.0 "Configure a custom domain name".
const (
	maxCertificate = 20 << 10
	maxKey         = 4 << 10
)

// Check holds the rules about certConfig and tlsConfig of a custom domain.
func Check(certConfig, tlsConfig json.RawMessage) error {
	if _, err := ownPair(certConfig); err != nil {
		return err
	}
	return applyTLS(&tls.Config{}, tlsConfig)
}

// ownPair is the certificate that the user gave a domain, or nil.
func ownPair(certConfig json.RawMessage) (*tls.Certificate, error) {
	var given struct{ Certificate, PrivateKey string }
	if err := read(certConfig, &given); err != nil {
		return nil, emulator.InvalidArgument("CertConfig is set to an invalid value: %v", err)
	}
	if given.Certificate == "" && given.PrivateKey == "" {
		return nil, nil
	}
	if len(given.Certificate) > maxCertificate || len(given.PrivateKey) > maxKey {
		return nil, emulator.InvalidArgument("CertConfig has a certificate of %d bytes (max: %d) and a key of %d bytes (max: %d)",
			len(given.Certificate), maxCertificate, len(given.PrivateKey), maxKey)
	}
	pair, err := tls.X509KeyPair([]byte(given.Certificate), []byte(given.PrivateKey))
	if err != nil {
		return nil, emulator.InvalidArgument("CertConfig is set to an invalid value: certificate and privateKey are no pair in PEM (%v)", err)
	}
	return &pair, nil
}

// applyTLS brings a tlsConfig into the configuration of a connection.
func applyTLS(config *tls.Config, tlsConfig json.RawMessage) error {
	var given struct {
		MinVersion, MaxVersion string
		CipherSuites           []string
	}
	if err := read(tlsConfig, &given); err != nil {
		return emulator.InvalidArgument("TLSConfig is set to an invalid value: %v", err)
	}
	var err error
	if config.MinVersion, err = version("MinVersion", cmp.Or(given.MinVersion, least(given.MaxVersion))); err != nil {
		return err
	}
	if config.MaxVersion, err = version("MaxVersion", cmp.Or(given.MaxVersion, "TLSv1.3")); err != nil {
		return err
	}
	if config.MinVersion > config.MaxVersion {
		return emulator.InvalidArgument("TLSConfig.MinVersion is set to an invalid value '%s': it is above MaxVersion '%s'", given.MinVersion, given.MaxVersion)
	}
	for _, name := range given.CipherSuites {
		full := strings.ToUpper(name)
		if strings.HasSuffix(full, "_CHACHA20_POLY1305") {
			full += "_SHA256" // which Go left out once
		}
		all := append(tls.CipherSuites(), tls.InsecureCipherSuites()...)
		at := slices.IndexFunc(all, func(suite *tls.CipherSuite) bool { return suite.Name == full })
		if at < 0 {
			return emulator.InvalidArgument("TLSConfig.CipherSuites has '%s', which fcemu does not speak", emulator.Clip(name))
		}
		config.CipherSuites = append(config.CipherSuites, all[at].ID)
	}
	return nil
}

// least is the minVersion of a tlsConfig without one.
func least(maxVersion string) string {
	if strings.EqualFold(maxVersion, "TLSv1.0") || strings.EqualFold(maxVersion, "TLSv1.1") {
		return maxVersion
	}
	return "TLSv1.2"
}

func version(field, name string) (uint16, error) {
	versions := map[string]uint16{"TLSV1.0": tls.VersionTLS10, "TLSV1.1": tls.VersionTLS11, "TLSV1.2": tls.VersionTLS12, "TLSV1.3": tls.VersionTLS13}
	if number, ok := versions[strings.ToUpper(name)]; ok {
		return number, nil
	}
	return 0, emulator.InvalidArgument("TLSConfig.%s is set to an invalid value '%s' (allowed: TLSv1.0, TLSv1.1, TLSv1.2, TLSv1.3)", field, emulator.Clip(name))
}

func read(raw json.RawMessage, into any) error {
	if raw = bytes.TrimSpace(raw); len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// owns is ownPair, which it asks once for each certConfig.
func (a *Authority) owns(certConfig json.RawMessage) (*tls.Certificate, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if pair := a.owned[string(certConfig)]; pair != nil {
		return pair, nil
	}
	pair, err := ownPair(certConfig)
	if pair != nil {
		if len(a.owned) >= maxLeaves {
			clear(a.owned)
		}
		a.owned[string(certConfig)] = pair
	}
	return pair, err
}

// Config answers one connection: with the domain's own certificate and versions, or with a certificate
// of the authority. domain may be nil.
func (a *Authority) Config(name string, domain *emulator.CustomDomain) (*tls.Config, error) {
	config := &tls.Config{NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}
	var own *tls.Certificate
	var err error
	if domain != nil {
		if err = applyTLS(config, domain.Stored["tlsConfig"]); err != nil {
			return nil, err
		}
		if own, err = a.owns(domain.Stored["certConfig"]); err != nil {
			return nil, err
		}
	}
	if own == nil {
		if own, err = a.Leaf(name); err != nil {
			return nil, err
		}
	}
	config.Certificates = []tls.Certificate{*own}
	return config, nil
}
