package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// pidsMode and sharedMode are the arguments of a guardian that was started in namespaces of its
// own: with and without one of process ids.
const (
	pidsMode   = "pids"
	sharedMode = "shared"
)

// space is what a guardian needs to give programs paths of their own.
type space struct {
	base     int         // mount namespace from which those of programs are copied
	hostProc int         // the machine's own /proc; -1 where process ids are the machine's
	visits   chan func() // what the visitor is to do
}

// visit is the life of the thread that enters the mount namespaces of running programs, one after the
// other: to make a thread for each takes longer than to mount.
func (s *space) visit() {
	for do := range s.visits {
		do()
		_ = enterMounts(s.base) // what it has left is free to go
	}
}

// openSpace prepares the guardian's own view, which is the machine's, and the base of the programs'.
func openSpace(mode string) (*space, error) {
	s := &space{hostProc: -1, visits: make(chan func())}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_SLAVE, ""); err != nil {
		return nil, fmt.Errorf("detaching from the machine's mounts: %w", err)
	}
	if mode == pidsMode {
		var err error
		if s.hostProc, err = unix.Open("/proc", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err != nil {
			return nil, err
		}
		if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
			return nil, fmt.Errorf("mounting /proc: %w", err)
		}
	}
	failed := make(chan error)
	go onOwnThread(func() {
		var err error
		s.base, err = buildBase()
		failed <- err
	})
	if err := <-failed; err != nil {
		return nil, err
	}
	go onOwnThread(s.visit)
	return s, s.try()
}

// try does once what every start will do, and a little more.
func (s *space) try() error {
	list, err := prepare(&Mounts{Code: "/", Layers: []string{"/usr", "/etc"}, Tmp: 1 << 20})
	if err != nil {
		return err
	}
	defer closeMounts(list)
	failed := make(chan error)
	go onOwnThread(func() {
		err := s.enterOwn()
		if err == nil {
			err = attach(list)
		}
		failed <- err
	})
	return <-failed
}

// hostPID is the machine's number of a process, by a descriptor of it.
func (s *space) hostPID(descriptor int) int {
	path := fmt.Sprintf("self/fdinfo/%d", descriptor)
	fd, err := unix.Openat(s.hostProc, path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0
	}
	defer unix.Close(fd)
	text := make([]byte, 512)
	n, err := unix.Read(fd, text)
	if err != nil {
		return 0
	}
	return max(0, numberAfter(string(text[:n]), "\nPid:"))
}

// enterOwn moves the calling thread, which must be locked for good, into a copy of the base.
func (s *space) enterOwn() error {
	if err := enterMounts(s.base); err != nil {
		return err
	}
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("a mount namespace: %w", err)
	}
	return nil
}

// enterMounts moves the calling thread, which must be locked for good, into a mount namespace.
func enterMounts(namespace int) error {
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if err := unix.Setns(namespace, unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("entering a mount namespace: %w", err)
	}
	return nil
}

// buildBase makes a root folder in memory that shows all that the machine's has, and in it places
// for /code, /opt and /tmp. The calling thread ends up inside. The result is its mount namespace.
func buildBase() (int, error) {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return -1, fmt.Errorf("a mount namespace: %w", err)
	}
	namespace, err := unix.Open("/proc/thread-self/ns/mnt", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	if err := mirror("/", "/tmp"); err != nil {
		return -1, fmt.Errorf("a root folder in memory: %w", err)
	}
	for _, name := range []string{"code", "opt", "tmp", aside} {
		if err := os.MkdirAll("/tmp/"+name, 0o755); err != nil {
			return -1, err
		}
	}
	if err := unix.Chdir("/tmp"); err != nil {
		return -1, err
	}
	return namespace, pivot()
}

// pivot makes the working directory, where something is mounted, the root.
func pivot() error {
	if err := unix.PivotRoot(".", "."); err != nil {
		return fmt.Errorf("pivot_root: %w", err)
	}
	if err := unix.Unmount(".", unix.MNT_DETACH); err != nil {
		return fmt.Errorf("leaving the machine's root: %w", err)
	}
	return unix.Chdir("/")
}

// aside is where a mirror is built before it takes its place, in roots of ours.
const aside = "/.fcemu/next"

// mirror mounts at target a folder in memory that has the entries of source, as they are. A program that
// runs already misses none of them meanwhile.
func mirror(source, target string) error {
	if _, err := os.Stat(aside); err != nil {
		return fill(source, target)
	}
	if err := fill(source, aside); err != nil {
		return err
	}
	if err := unix.Mount(aside, target, "", unix.MS_MOVE, ""); err != nil {
		return fmt.Errorf("mounting at %s: %w", target, err)
	}
	return nil
}

// fill mounts the mirror at an empty place, or over the folder itself.
func fill(source, target string) error {
	var info unix.Stat_t
	if err := unix.Stat(source, &info); err != nil {
		return err
	}
	entries, err := os.ReadDir(source)
	if err != nil {
		return err
	}
	trees := make([]int, len(entries)) // opened before target, which may be one of them, is hidden
	for i, entry := range entries {
		trees[i] = -1
		if entry.Type()&os.ModeSymlink == 0 {
			trees[i], _ = openTree(filepath.Join(source, entry.Name())) // what cannot be shown is left out
		}
	}
	defer closeAll(trees)
	links := make([]string, len(entries))
	for i, entry := range entries {
		if trees[i] < 0 {
			links[i], _ = os.Readlink(filepath.Join(source, entry.Name()))
		}
	}
	if err := unix.Mount("fcemu", target, "tmpfs", 0, fmt.Sprintf("size=512m,mode=%o", info.Mode&0o7777)); err != nil {
		return err
	}
	for i, entry := range entries {
		if err := showEntry(filepath.Join(target, entry.Name()), entry, trees[i], links[i]); err != nil {
			return err
		}
	}
	return nil
}

func showEntry(path string, entry os.DirEntry, tree int, link string) error {
	switch {
	case link != "":
		return os.Symlink(link, path)
	case tree < 0:
		return nil
	case entry.IsDir():
		if err := os.Mkdir(path, 0o755); err != nil {
			return err
		}
	default:
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			return err
		}
	}
	return moveTree(tree, path)
}

// openTree is a copy of what is mounted at and below path, that is nowhere mounted itself.
func openTree(path string) (int, error) {
	fd, err := unix.OpenTree(unix.AT_FDCWD, path, unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC|unix.AT_RECURSIVE|unix.AT_NO_AUTOMOUNT)
	if err != nil {
		return -1, fmt.Errorf("opening %s to show it elsewhere: %w", path, err)
	}
	return fd, nil
}

func moveTree(tree int, target string) error {
	if err := unix.MoveMount(tree, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH); err != nil {
		return fmt.Errorf("mounting at %s: %w", target, err)
	}
	return nil
}

// makePoint makes the folder path, or an empty file, if it is not there, in memory rather than in a
// folder of the machine.
func makePoint(path string, folder bool) error {
	var root, at unix.Stat_t
	err := unix.Stat(path, &at)
	if err == nil || !errors.Is(err, unix.ENOENT) {
		return err
	}
	parent := filepath.Dir(path)
	if err := makePoint(parent, true); err != nil {
		return err
	}
	if err := errors.Join(unix.Stat("/", &root), unix.Stat(parent, &at)); err != nil {
		return err
	}
	if at.Dev != root.Dev && !inOurMemory(at.Dev) {
		if err := mirror(parent, parent); err != nil {
			return err
		}
	}
	if folder {
		err = os.Mkdir(path, 0o755)
	} else {
		err = unix.Mknod(path, unix.S_IFREG|0o644, 0) // follows no link, which may lead to the machine's files
	}
	if !errors.Is(err, os.ErrExist) { // another start may be first, or a link that leads nowhere
		return err
	}
	return nil
}

// inOurMemory tells whether a file system is a tmpfs of ours; the machine has its own, such as /tmp.
func inOurMemory(device uint64) bool {
	text, _ := os.ReadFile("/proc/thread-self/mountinfo")
	number := fmt.Sprintf(" %d:%d ", unix.Major(device), unix.Minor(device))
	for _, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, number) && strings.Contains(line, " - tmpfs fcemu ") {
			return true
		}
	}
	return false
}
