package runtime

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
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

// Binds are what a function mounts, its own resolv.conf included. The folders are made where they are
// not there. Source: FC 3.0 nasConfig, ossMountConfig and customDNS.
func (s *Storage) Binds(fn *emulator.Function) ([]process.Bind, error) {
	points, err := emulator.ReadMountPoints(fn.Stored)
	if err != nil {
		return nil, err
	}
	var binds []process.Bind
	for _, point := range points {
		bind, err := s.bind(&point)
		if err != nil {
			return nil, err
		}
		binds = append(binds, bind)
	}
	// A folder inside another one is mounted after it.
	sort.SliceStable(binds, func(i, j int) bool { return binds[i].Target < binds[j].Target })
	resolver, err := s.resolver(fn)
	return append(binds, resolver...), err
}

func (s *Storage) bind(point *emulator.MountPoint) (process.Bind, error) {
	target := point.MountDir
	source := s.named(target)
	if source == "" {
		source = filepath.Join(s.Dir, filepath.Clean("/"+folderOf(point)))
	}
	if err := os.MkdirAll(source, 0o755); err != nil {
		return process.Bind{}, fmt.Errorf("the folder for %s cannot be made: %w", target, err)
	}
	return process.Bind{Source: source, Target: target, ReadOnly: point.ReadOnly}, nil
}

// Lend gives folders that nobody has named, and nothing is in yet, to an image's user: only root, who made
// them, could write there.
func (s *Storage) Lend(binds []process.Bind, to *process.Account) {
	if os.Geteuid() != 0 || to.UID == 0 {
		return
	}
	for _, bind := range binds {
		if _, ours := below(bind.Source, s.Dir); !ours {
			continue
		}
		if list, err := os.ReadDir(bind.Source); err == nil && len(list) == 0 {
			_ = os.Lchown(bind.Source, to.UID, to.GID) // else the program is told when it writes
		}
	}
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
func folderOf(point *emulator.MountPoint) string {
	if point.BucketName != "" {
		return point.BucketName + "/" + point.BucketPath
	}
	server, inside, _ := strings.Cut(point.ServerAddr, ":")
	return server + "/" + inside
}
