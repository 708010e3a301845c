package api

import (
	"net/url"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// TriggerURL is where the HTTP trigger of a function answers. endpoint is "http://host:port". A
// function gets a host of its own under localhost, as in the cloud, where its name can be a host's.
func TriggerURL(endpoint string, ref emulator.Reference) string {
	endpoint = strings.TrimSuffix(endpoint, "/")
	suffix := ""
	if ref.Qualifier != "" && ref.Qualifier != emulator.LatestVersion {
		suffix = "." + ref.Qualifier
	}
	if ref.Service != "" {
		return endpoint + "/2016-08-15/proxy/" + ref.Service + suffix + "/" + ref.Function + "/"
	}
	parsed, err := url.Parse(endpoint)
	if err != nil || suffix != "" || !isHostName(ref.Function) {
		return endpoint + "/proxy/" + ref.Function + suffix + "/"
	}
	host := ref.Function + ".localhost"
	if port := parsed.Port(); port != "" {
		host += ":" + port
	}
	return parsed.Scheme + "://" + host + "/"
}

// isHostName tells whether a name survives in a URL's host, which has no case and no "_".
func isHostName(name string) bool {
	for _, r := range name {
		if !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-') {
			return false
		}
	}
	return len(name) > 0 && len(name) <= 63 && name[0] != '-' && name[len(name)-1] != '-'
}
