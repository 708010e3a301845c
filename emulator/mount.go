package emulator

import (
	"encoding/json"
	"path"
	"slices"
)

const maxMountPoints = 5 // of each kind

// MountPoint is one of nasConfig.mountPoints or ossMountConfig.mountPoints.
type MountPoint struct {
	MountDir   string `json:"mountDir"`
	ServerAddr string `json:"serverAddr"` // host:/path
	BucketName string `json:"bucketName"`
	BucketPath string `json:"bucketPath"`
	ReadOnly   bool   `json:"readOnly"`
}

// ReadMountPoints finds what a function mounts among its stored members, or what all functions of
// a service do.
func ReadMountPoints(stored map[string]json.RawMessage) (all []MountPoint, err error) {
	for _, field := range []string{"nasConfig", "ossMountConfig"} {
		var config struct {
			MountPoints []MountPoint `json:"mountPoints"`
		}
		// Other forms, such as "auto", name no folder.
		if len(stored[field]) == 0 || json.Unmarshal(stored[field], &config) != nil {
			continue
		}
		if n := len(config.MountPoints); n > maxMountPoints {
			return nil, InvalidArgument("%s.mountPoints contains too many values (max: %d, actual: %d)", field, maxMountPoints, n)
		}
		for _, point := range config.MountPoints {
			dir := path.Clean(point.MountDir)
			if !path.IsAbs(dir) || slices.Contains([]string{"/", "/code", "/opt", "/tmp", "/dev", "/proc", "/sys"}, dir) {
				return nil, InvalidArgument("%s.mountDir is set to an invalid value (expected: a path such as /mnt/auto, actual: '%s')", field, Clip(point.MountDir))
			}
			for _, other := range all {
				if other.MountDir == dir {
					return nil, InvalidArgument("%s.mountDir is set to an invalid value ('%s' is there twice)", field, dir)
				}
			}
			point.MountDir = dir
			all = append(all, point)
		}
	}
	return all, nil
}
