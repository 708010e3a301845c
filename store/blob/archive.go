package blob

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/fcemu/fcemu/emulator"
)

// limits of a package. FC's own are 500 MB unpacked and 10 GB on larger instances; the ratio tells
// large code from a bomb.
type limits struct {
	entries int
	bytes   uint64 // unpacked, at most
	modest  uint64 // unpacked, up to which any ratio is fine
	ratio   uint64 // unpacked to packed, beyond modest
}

func defaultLimits() limits {
	return limits{entries: 200_000, bytes: 10 << 30, modest: 500 << 20, ratio: 100}
}

// archive is a checked zip, ready to be unpacked.
type archive struct {
	folders []string           // all, parents before children
	files   map[string][]entry // by folder
	links   []entry
}

// entry is one file or link: its cleaned path and its place in the zip.
type entry struct {
	path string
	file *zip.File
}

// readArchive reads the directory of a zip and refuses what may not be unpacked. Contents are
// checked while they are unpacked.
func readArchive(content []byte, limits limits) (*archive, error) {
	reader, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, emulator.InvalidArgument("the code package is not a zip file (%v)", err)
	}
	if len(reader.File) > limits.entries {
		return nil, emulator.InvalidArgument("the code package has %d entries; at most %d are allowed", len(reader.File), limits.entries)
	}
	if err := checkSize(reader.File, uint64(len(content)), limits); err != nil {
		return nil, err
	}
	list := &archive{files: make(map[string][]entry)}
	for _, file := range reader.File {
		if err := list.add(file); err != nil {
			return nil, err
		}
	}
	if len(list.files) == 0 && len(list.links) == 0 {
		return nil, emulator.InvalidArgument("the code package holds no file: is the code folder empty?")
	}
	list.addParents()
	return list, nil
}

func checkSize(files []*zip.File, packed uint64, limits limits) error {
	var total uint64
	for _, file := range files {
		if file.UncompressedSize64 > limits.bytes {
			total = limits.bytes + 1
			break
		}
		if total += file.UncompressedSize64; total > limits.bytes {
			break
		}
	}
	if total > limits.bytes {
		return emulator.InvalidArgument("the code package is larger than %d MB when unpacked", limits.bytes>>20)
	}
	if total > limits.modest && total/limits.ratio > packed {
		return emulator.InvalidArgument("the code package grows %d-fold when unpacked, which looks like a zip bomb", total/packed)
	}
	return nil
}

func (a *archive) add(file *zip.File) error {
	name, err := cleanName(file)
	if err != nil || name == "." {
		return err
	}
	switch mode := file.Mode(); {
	case mode.IsDir():
		a.folders = append(a.folders, name)
	case mode.IsRegular():
		folder := path.Dir(name)
		a.files[folder] = append(a.files[folder], entry{name, file})
	case mode&fs.ModeSymlink != 0:
		a.links = append(a.links, entry{name, file})
	default:
		return emulator.InvalidArgument("the code package has '%s', which is neither file, folder nor link", name)
	}
	return nil
}

// cleanName is the path of an entry below the folder, or a refusal of one that leads outside.
func cleanName(file *zip.File) (string, error) {
	name := file.Name
	if madeOnWindows(file) {
		name = strings.ReplaceAll(name, `\`, "/")
	}
	clean := path.Clean(strings.TrimSuffix(name, "/"))
	switch {
	case name == "" || strings.ContainsRune(name, 0):
		return "", emulator.InvalidArgument("the code package has an entry with the impossible name %q", file.Name)
	case path.IsAbs(name) || madeOnWindows(file) && len(name) > 1 && name[1] == ':':
		return "", emulator.InvalidArgument("the code package has the absolute path '%s': paths must be relative", file.Name)
	case !fs.ValidPath(clean) && clean != "." && !isInside(clean):
		return "", emulator.InvalidArgument("the code package has the path '%s', which leads outside of the code", file.Name)
	}
	return clean, nil
}

func isInside(clean string) bool { return clean != ".." && !strings.HasPrefix(clean, "../") }

// madeOnWindows tells that the zip was written with a DOS or Windows file system in mind, where a
// backslash separates folders.
func madeOnWindows(file *zip.File) bool {
	const fat, ntfs, vfat = 0, 11, 14
	host := file.CreatorVersion >> 8
	return host == fat || host == ntfs || host == vfat
}

// addParents completes the folders: many zips leave them out.
func (a *archive) addParents() {
	known := map[string]bool{".": true}
	list := []string{}
	add := func(folder string) {
		for ; !known[folder]; folder = path.Dir(folder) {
			known[folder] = true
			list = append(list, folder)
		}
	}
	for _, folder := range a.folders {
		add(folder)
	}
	for folder := range a.files {
		add(folder)
	}
	for _, link := range a.links {
		add(path.Dir(link.path))
	}
	slices.Sort(list)
	a.folders = list
}
