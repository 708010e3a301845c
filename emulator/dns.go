package emulator

import (
	"encoding/json"
	"net/netip"
	"strings"
	"unicode"
)

// CustomDNS says how a function resolves names. Source: FC 3.0 customDNS.
type CustomDNS struct {
	NameServers []string `json:"nameServers"`
	Searches    []string `json:"searches"`
	DNSOptions  []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"dnsOptions"`
}

// ReadCustomDNS reads the member of a function; nil where it says nothing.
func ReadCustomDNS(raw json.RawMessage) (*CustomDNS, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	var dns *CustomDNS
	if err := json.Unmarshal(raw, &dns); err != nil {
		return nil, InvalidArgument("CustomDNS is not an object of nameServers, searches and dnsOptions")
	}
	if dns == nil || len(dns.NameServers)+len(dns.Searches)+len(dns.DNSOptions) == 0 {
		return nil, nil
	}
	return dns, dns.check()
}

func (d *CustomDNS) check() error {
	for _, server := range d.NameServers {
		if _, err := netip.ParseAddr(server); err != nil {
			return InvalidArgument("CustomDNS.NameServers is set to an invalid value (expected: IP addresses, actual: %q)", server)
		}
	}
	words := append([]string{}, d.Searches...)
	for _, option := range d.DNSOptions {
		words = append(words, option.Name)
		if option.Value != "" {
			words = append(words, option.Value)
		}
	}
	for _, word := range words {
		if word == "" || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }) {
			return InvalidArgument("CustomDNS is set to an invalid value (expected: domains and names of options without spaces, actual: %q)", word)
		}
	}
	return nil
}

// ResolvConf is what /etc/resolv.conf says then. Without name servers of its own the function keeps
// those of given, the machine's file.
func (d *CustomDNS) ResolvConf(given string) string {
	var text strings.Builder
	if len(d.NameServers) == 0 {
		text.WriteString(strings.TrimRight(given, "\n") + "\n")
	}
	for _, server := range d.NameServers {
		text.WriteString("nameserver " + server + "\n")
	}
	if len(d.Searches) > 0 {
		text.WriteString("search " + strings.Join(d.Searches, " ") + "\n") // the last such line counts
	}
	for _, option := range d.DNSOptions {
		text.WriteString("options " + option.Name)
		if option.Value != "" {
			text.WriteString(":" + option.Value)
		}
		text.WriteString("\n")
	}
	return text.String()
}
