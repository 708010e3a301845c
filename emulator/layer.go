package emulator

import (
	"crypto/md5"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// LayerVersion is one version of a layer: files that lie under /opt of the functions that use it.
type LayerVersion struct {
	LayerName         string    `json:"layerName"`
	Version           int       `json:"version"` // from 1
	Description       string    `json:"description,omitempty"`
	Code              Code      `json:"code"`
	CompatibleRuntime []string  `json:"compatibleRuntime,omitempty"`
	License           string    `json:"license,omitempty"`
	Public            bool      `json:"public,omitempty"`
	CreateTime        time.Time `json:"createTime"`
}

// LayerQuery selects layers. Zero values select all.
type LayerQuery struct {
	Prefix   string
	Public   *bool // by who may use them
	Official *bool // those made by the cloud itself; there are none here
}

// ARN is the layer version's resource name.
func (l *LayerVersion) ARN(account, region string) string {
	return "acs:fc:" + region + ":" + account + ":layers/" + l.LayerName + "/versions/" + strconv.Itoa(l.Version)
}

// OldARN is the form that FC 2.0 shows: a hash of the account, the layer, the version.
func (l *LayerVersion) OldARN(account string) string {
	sum := md5.Sum([]byte(account)) // not for secrecy: FC's own has this length
	return hex.EncodeToString(sum[:]) + "#" + l.LayerName + "#" + strconv.Itoa(l.Version)
}

// ParseLayerARN reads both forms of a layer version's resource name.
func ParseLayerARN(arn string) (layer string, version int, ok bool) {
	var number string
	if parts := strings.Split(arn, "#"); len(parts) == 3 {
		layer, number = parts[1], parts[2]
	} else if fields := strings.SplitN(arn, ":", 5); len(fields) == 5 && strings.HasPrefix(arn, "acs:fc:") {
		parts := strings.Split(fields[4], "/")
		if len(parts) != 4 || parts[0] != "layers" || parts[2] != "versions" {
			return "", 0, false
		}
		layer, number = parts[1], parts[3]
	}
	version, err := strconv.Atoi(number)
	return layer, version, err == nil && layer != "" && version > 0
}

// LayerNotFound refuses an unknown layer.
func LayerNotFound(layer string) *Error {
	return Refuse(404, "LayerNotFound", "layer '%s' does not exist", layer)
}

// LayerVersionNotFound refuses an unknown version of a layer.
func LayerVersionNotFound(layer string, version int) *Error {
	return Refuse(404, "LayerVersionNotFound", "version '%d' of layer '%s' does not exist", version, layer)
}
