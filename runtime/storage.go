package runtime

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/fcemu/fcemu/emulator"
	"github.com/fcemu/fcemu/runtime/process"
)

// Storage finds the folders of this machine that stand in for file systems and buckets which
// functions mount.
type Storage struct {
	Dir     string            // below it lie those that nobody has named: by server address or bucket, then path
	Folders map[string]string // by mountDir, in any case of letters
}

// mountPoint is one of nasConfig.mountPoints or ossMountConfig.mountPoints.
type mountPoint struct {
	MountDir   string `json:"mountDir"`
	ServerAddr string `json:"serverAddr"` // host:/path
	BucketName string `json:"bucketName"`
	BucketPath string `json:"bucketPath"`
	ReadOnly   bool   `json:"readOnly"`
}

// Binds are what a function mounts, its own resolv.conf included. The folders are made where they are
// not there. Source: FC 3.0 nasConfig, ossMountConfig and customDNS.
func (s *Storage) Binds(fn *emulator.Function) ([]process.Bind, error) {
	var binds []process.Bind
	for _, name := range []string{"nasConfig", "ossMountConfig"} {
		var config struct {
			MountPoints []mountPoint `json:"mountPoints"`
		}
		// Other forms, such as "auto", name no folder.
		if len(fn.Stored[name]) == 0 || json.Unmarshal(fn.Stored[name], &config) != nil {
			continue
		}
		for _, point := range config.MountPoints {
			bind, err := s.bind(name, &point)
			if err != nil {
				return nil, err
			}
			binds = append(binds, bind)
		}
	}
	// A folder inside another one is mounted after it.
	sort.SliceStable(binds, func(i, j int) bool { return binds[i].Target < binds[j].Target })
	resolver, err := s.resolver(fn)
	return append(binds, resolver...), err
}

func (s *Storage) bind(config string, point *mountPoint) (process.Bind, error) {
	target := path.Clean(point.MountDir)
	if !path.IsAbs(target) || slices.Contains([]string{"/", "/code", "/opt", "/tmp", "/dev", "/proc", "/sys"}, target) {
		return process.Bind{}, emulator.InvalidArgument("%s: nothing can be mounted at mountDir '%s'", config, point.MountDir)
	}
	source := s.named(target)
	if source == "" {
		source = filepath.Join(s.Dir, filepath.Clean("/"+folderOf(point)))
	}
	if err := os.MkdirAll(source, 0o755); err != nil {
		return process.Bind{}, fmt.Errorf("the folder for %s cannot be made: %w", target, err)
	}
	return process.Bind{Source: source, Target: target, ReadOnly: point.ReadOnly}, nil
}

func (s *Storage) named(target string) string {
	for dir, folder := range s.Folders {
		if strings.EqualFold(path.Clean(dir), target) {
			return folder
		}
	}
	return ""
}

// folderOf is where the files of a file system or bucket are kept, relative to Storage.Dir.
func folderOf(point *mountPoint) string {
	if point.BucketName != "" {
		return point.BucketName + "/" + point.BucketPath
	}
	server, inside, _ := strings.Cut(point.ServerAddr, ":")
	return server + "/" + inside
}
