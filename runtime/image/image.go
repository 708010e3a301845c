// Package image keeps the images of custom containers: it reads OCI layouts and what `docker save`
// writes, and unpacks each image once into a folder that instances take for their root.
package image

import (
	"bufio"
	"encoding/json"
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
	Entrypoint words
	Cmd        words
	Env        []string
	User       string
	WorkingDir string
	Volumes    map[string]struct{} // folders, which need not be in the layers
}

// words is a list, for which old images have a text where it is of one.
type words []string

// UnmarshalJSON reads either.
func (w *words) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil && one != "" {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(w))
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
	user, group, _ := strings.Cut(i.Config.User, ":")
	if user == "" {
		user = "0"
	}
	account := Account{Home: "/"}
	uid, known := number(user)
	account.UID = uid
	name := ""
	i.lines("etc/passwd", 6, func(f []string) {
		uid, valid := number(f[2])
		gid, too := number(f[3])
		if valid && too && (f[0] == user || f[2] == user && name == "") {
			known, name = true, f[0]
			account.UID, account.GID, account.Home = uid, gid, f[5]
		}
	})
	found := group == ""
	if !found {
		account.GID, found = number(group)
	}
	i.lines("etc/group", 4, func(f []string) {
		id, valid := number(f[2])
		switch {
		case !valid:
		case group != "" && f[0] == group:
			account.GID, found = id, true
		case group == "" && name != "" && contains(f[3], name):
			account.Groups = append(account.Groups, id)
		}
	})
	return account, known && found
}

// number reads the number of a user or a group, which has 31 bits.
func number(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil
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
