package api

import (
	"context"
	"net/url"
	"strconv"

	"github.com/fcemu/fcemu/emulator"
)

// Code says where a code package is: in the request itself or in a bucket.
type Code struct {
	ZipFile       []byte `json:"zipFile,omitempty"` // base64 on the wire
	OssBucketName string `json:"ossBucketName,omitempty"`
	OssObjectName string `json:"ossObjectName,omitempty"`
	Checksum      string `json:"checksum,omitempty"` // 2023-03-30: CRC-64/ECMA of the zip, decimal
}

// Objects gives code packages that were uploaded to a bucket.
type Objects interface {
	ReadObject(ctx context.Context, bucket, object string) ([]byte, error)
}

// Read returns the package, or nil where none is given. Without objects a bucket is refused.
func (code *Code) Read(ctx context.Context, objects Objects) ([]byte, error) {
	switch {
	case code == nil:
		return nil, nil
	case code.ZipFile != nil:
		return code.ZipFile, nil
	case code.OssBucketName == "" && code.OssObjectName == "":
		return nil, nil
	case objects == nil:
		return nil, emulator.InvalidArgument("code in OSS is not emulated here: send it as code.zipFile")
	}
	return objects.ReadObject(ctx, code.OssBucketName, code.OssObjectName)
}

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
