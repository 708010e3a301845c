package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// mount is a tree that is ready to be mounted.
type mount struct {
	tree   int
	target string
}

// prepare opens everything by the paths of the machine, before a program's own paths hide them.
func prepare(m *Mounts) (list []mount, err error) {
	defer func() {
		if err != nil {
			closeMounts(list)
		}
	}()
	add := func(target string, tree int, err error) error {
		if err == nil {
			list = append(list, mount{tree, target})
		}
		return err
	}
	if m.Root != "" {
		for _, folder := range []string{"/proc", "/sys", "/dev"} {
			tree, err := openTree(folder)
			if err := add(folder, tree, err); err != nil {
				return list, err
			}
		}
	}
	if m.Code != "" {
		tree, err := openTree(m.Code)
		if err := add("/code", tree, err); err != nil {
			return list, err
		}
	}
	if len(m.Layers) > 0 {
		tree, err := mergeLayers(m.Layers)
		if err := add("/opt", tree, err); err != nil {
			return list, err
		}
	}
	if m.Tmp > 0 {
		tree, err := newMount("tmpfs", unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOSUID, "source", "fcemu",
			"size", strconv.FormatInt(m.Tmp, 10), "mode", "1777")
		if err := add("/tmp", tree, err); err != nil {
			return list, err
		}
	}
	for _, bind := range m.Binds {
		tree, err := openTree(bind.Source)
		if err == nil && bind.ReadOnly {
			err = readOnly(tree)
		}
		if err := add(bind.Target, tree, err); err != nil {
			return list, err
		}
	}
	return list, nil
}

// attach mounts the trees in the calling thread's mount namespace.
func attach(list []mount) error {
	for _, m := range list {
		var info unix.Stat_t
		if err := unix.Fstat(m.tree, &info); err != nil {
			return err
		}
		if err := makePoint(m.target, info.Mode&unix.S_IFMT == unix.S_IFDIR); err != nil {
			return fmt.Errorf("a place to mount at %s: %w", m.target, err)
		}
		if err := moveTree(m.tree, m.target); err != nil {
			return err
		}
	}
	return nil
}

func closeMounts(list []mount) {
	for _, m := range list {
		unix.Close(m.tree)
	}
}

// mergeLayers shows the folders as one, over the machine's own /opt.
func mergeLayers(layers []string) (int, error) {
	if info, err := os.Stat("/opt"); err == nil && info.IsDir() {
		layers = append(layers[:len(layers):len(layers)], "/opt")
	}
	if len(layers) == 1 {
		tree, err := openTree(layers[0])
		if err == nil {
			err = readOnly(tree)
		}
		return tree, err
	}
	var lower []string // by descriptor: paths may be long and have any characters
	for _, layer := range layers {
		fd, err := unix.Open(layer, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			return -1, fmt.Errorf("the layer %s: %w", layer, err)
		}
		defer unix.Close(fd)
		lower = append(lower, "/proc/self/fd/"+strconv.Itoa(fd))
	}
	return newMount("overlay", unix.MOUNT_ATTR_RDONLY, "lowerdir", strings.Join(lower, ":"))
}

// newMount makes a file system, with options as pairs (flags have no value), that is nowhere mounted yet.
func newMount(kind string, attributes int, options ...string) (int, error) {
	context, err := unix.Fsopen(kind, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return -1, fmt.Errorf("%s: %w", kind, err)
	}
	defer unix.Close(context)
	for i := 0; i+1 < len(options); i += 2 {
		set := func() error { return unix.FsconfigSetString(context, options[i], options[i+1]) }
		if options[i+1] == "" {
			set = func() error { return unix.FsconfigSetFlag(context, options[i]) }
		}
		if err := set(); err != nil {
			return -1, fmt.Errorf("%s with %s=%s: %w", kind, options[i], options[i+1], err)
		}
	}
	if err := unix.FsconfigCreate(context); err != nil {
		return -1, fmt.Errorf("%s: %w", kind, err)
	}
	tree, err := unix.Fsmount(context, unix.FSMOUNT_CLOEXEC, attributes)
	if err != nil {
		return -1, fmt.Errorf("%s: %w", kind, err)
	}
	return tree, nil
}

func readOnly(tree int) error {
	attributes := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	if err := unix.MountSetattr(tree, "", unix.AT_EMPTY_PATH|unix.AT_RECURSIVE, &attributes); err != nil {
		return fmt.Errorf("mounting read-only: %w", err)
	}
	return nil
}

// numberAfter reads the number that follows a word; 0 when there is none.
func numberAfter(text, word string) int {
	_, rest, _ := strings.Cut(text, word)
	line, _, _ := strings.Cut(rest, "\n")
	number, _ := strconv.Atoi(strings.TrimSpace(line))
	return number
}
