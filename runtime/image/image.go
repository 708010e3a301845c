// Package image keeps the images of custom containers: it reads OCI layouts and what `docker save`
// writes, and unpacks each image once into a folder that instances take for their root.
package image

import (
	"bufio"
	"os"
	"strconv"
	"strings"
)

// Image is an unpacked image.
type Image struct {
	Root   string // the folder of its files
	Size   int64  // bytes of its layers, unpacked
	Config Config
}

// Config is what an image says about how it is run.
type Config struct {
	Entrypoint []string
	Cmd        []string
	Env        []string
	User       string
	WorkingDir string
}

// description is an image's own description, by whose digest it is known.
type description struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Config       Config `json:"config"`
	RootFS       struct {
		DiffIDs []string `json:"diff_ids"` // of the layers, unpacked
	} `json:"rootfs"`
}

// Command is the command line: what the function says goes before what the image says. A new
// entrypoint drops the image's command, as everywhere.
func (i *Image) Command(entrypoint, command []string) []string {
	switch {
	case len(entrypoint) > 0:
	case len(command) > 0:
		entrypoint = i.Config.Entrypoint
	default:
		entrypoint, command = i.Config.Entrypoint, i.Config.Cmd
	}
	return append(append([]string{}, entrypoint...), command...)
}

// Account is whom a program of an image runs as.
type Account struct {
	UID, GID int
	Groups   []int
	Home     string
}

// Account looks the image's user up: a name or a number, and behind a colon a group. False: the
// image does not know that name.
func (i *Image) Account() (Account, bool) {
	user, group, grouped := strings.Cut(i.Config.User, ":")
	if user == "" {
		user = "0"
	}
	account := Account{Home: "/"}
	var err error
	account.UID, err = strconv.Atoi(user)
	known := err == nil
	name := ""
	i.lines("etc/passwd", 6, func(f []string) {
		if f[0] == user || f[2] == user && name == "" {
			known, name, account.Home = true, f[0], f[5]
			account.UID, _ = strconv.Atoi(f[2])
			account.GID, _ = strconv.Atoi(f[3])
		}
	})
	found := !grouped
	if grouped {
		account.GID, err = strconv.Atoi(group)
		found = err == nil
	}
	i.lines("etc/group", 4, func(f []string) {
		id, err := strconv.Atoi(f[2])
		switch {
		case err != nil:
		case grouped && f[0] == group:
			account.GID, found = id, true
		case !grouped && name != "" && contains(f[3], name):
			account.Groups = append(account.Groups, id)
		}
	})
	return account, known && found
}

// contains tells whether a list with commas has a word.
func contains(list, word string) bool { return strings.Contains(","+list+",", ","+word+",") }

// lines calls use with the fields of each line of a file with colons, where there are that many.
func (i *Image) lines(name string, fields int, use func([]string)) {
	root, err := os.Open(i.Root)
	if err != nil {
		return
	}
	defer root.Close()
	file, err := openInside(root, name, os.O_RDONLY)
	if err != nil {
		return
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if parts := strings.Split(lines.Text(), ":"); len(parts) >= fields {
			use(parts)
		}
	}
}
