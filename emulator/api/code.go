package api

import (
	"net/url"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
)

// Where the emulator's own API gives code packages back. The cloud has presigned addresses of OSS
// there.

// CodeURL is where the zip of a function's version can be had.
func CodeURL(endpoint string, ref emulator.Reference) string {
	address := endpoint + "/_fcemu/functions/" + url.PathEscape(ref.Wire()) + "/code"
	if ref.Qualifier != "" && ref.Qualifier != emulator.LatestVersion {
		address += "?qualifier=" + url.QueryEscape(ref.Qualifier)
	}
	return address
}

// LayerURL is where the zip of a layer's version can be had.
func LayerURL(endpoint string, layer *emulator.LayerVersion) string {
	return endpoint + "/_fcemu/layers/" + url.PathEscape(layer.LayerName) + "/versions/" + strconv.Itoa(layer.Version) + "/code"
}

// LayerVersion reads the number of a layer's version from a wildcard of the path.
func (c *Call) LayerVersion(wildcard string) (int, error) {
	version, err := strconv.Atoi(c.Path(wildcard))
	if err != nil || version < 1 {
		return 0, emulator.InvalidArgument("version is set to an invalid value (expected: a number from 1, actual: '%s')", c.Path(wildcard))
	}
	return version, nil
}
