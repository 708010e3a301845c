package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// enterRoot moves the calling thread, which must be locked for good, to where a folder is the root.
func (s *space) enterRoot(mounts *Mounts, list []mount, dir string) error {
	files := lookups()
	if err := s.enterOwn(); err != nil {
		return err
	}
	unix.Umask(0o022) // of this thread; the emulator's may keep the image's user from what is made here
	err := changeRoot(mounts.Root, mounts.Disk)
	if err == nil {
		err = attach(list)
	}
	if err == nil {
		err = furnish(dir, files)
	}
	if err != nil { // without its number, which would look like the program's
		return fmt.Errorf("the machine gives the program no root of its own: %v", err)
	}
	return nil
}

// changeRoot makes a folder the root of the calling thread, which is in a mount namespace of its own.
// What is written goes to memory above the folder.
func changeRoot(root string, disk int64) error {
	lower, err := unix.Open(root, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("%s: %w", root, err)
	}
	defer unix.Close(lower)
	memory, err := newMount("tmpfs", unix.MOUNT_ATTR_NODEV, "source", "fcemu", "size", strconv.FormatInt(disk, 10), "mode", "755")
	if err != nil {
		return err
	}
	defer unix.Close(memory)
	const at = "/code" // the base has this folder, and nobody will see it again
	if err := moveTree(memory, at); err != nil {
		return err
	}
	for _, name := range []string{"upper", "work", "root"} {
		if err := os.Mkdir(at+"/"+name, 0o755); err != nil {
			return err
		}
	}
	if err := copyOwner(lower, at+"/upper"); err != nil { // which the new root shows
		return err
	}
	options := []string{"lowerdir", "/proc/self/fd/" + strconv.Itoa(lower), "upperdir", at + "/upper", "workdir", at + "/work"}
	if !ownsAll() {
		options = append(options, "userxattr", "")
	}
	tree, err := newMount("overlay", unix.MOUNT_ATTR_NODEV, options...)
	if err != nil {
		return err
	}
	defer unix.Close(tree)
	if err := moveTree(tree, at+"/root"); err != nil {
		return err
	}
	if err := unix.Chdir(at + "/root"); err != nil {
		return err
	}
	return pivot()
}

// copyOwner gives a folder the mode and, where that is possible, the owner of another one.
func copyOwner(from int, to string) error {
	var info unix.Stat_t
	if err := unix.Fstat(from, &info); err != nil {
		return err
	}
	_ = os.Chown(to, int(info.Uid), int(info.Gid))
	return unix.Chmod(to, info.Mode&0o7777)
}

// lookups are the files by which programs look names up, as the machine has them.
func lookups() map[string][]byte {
	files := map[string][]byte{}
	for _, name := range []string{"/etc/resolv.conf", "/etc/hosts"} {
		if text, err := os.ReadFile(name); err == nil {
			files[name] = text
		}
	}
	return files
}

// furnish makes what engines for images make in a new root: the working directory, and the files by
// which names are looked up.
func furnish(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the working directory %s: %w", dir, err)
	}
	for name, text := range files {
		_ = os.Mkdir("/etc", 0o755)
		_ = os.Remove(name) // it may be a link to what is not there
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// become has the program run as an account, with its output its own, so that it can open /dev/stdout.
// Where other users' numbers are not to be had, it gets a user namespace in which its own has that
// account's name.
func become(attr *syscall.ProcAttr, account *Account) {
	if !ownsAll() {
		attr.Sys.Cloneflags |= unix.CLONE_NEWUSER
		attr.Sys.UidMappings = []syscall.SysProcIDMap{{ContainerID: account.UID, HostID: os.Geteuid(), Size: 1}}
		attr.Sys.GidMappings = []syscall.SysProcIDMap{{ContainerID: account.GID, HostID: os.Getegid(), Size: 1}}
		return
	}
	groups := make([]uint32, len(account.Groups))
	for i, group := range account.Groups {
		groups[i] = uint32(group)
	}
	attr.Sys.Credential = &syscall.Credential{Uid: uint32(account.UID), Gid: uint32(account.GID), Groups: groups}
	for _, file := range attr.Files[:3] {
		var info unix.Stat_t
		if unix.Fstat(int(file), &info) == nil && info.Mode&unix.S_IFMT == unix.S_IFIFO {
			_ = unix.Fchown(int(file), account.UID, account.GID)
		}
	}
}

// ownsAll tells whether this process may be any user: it is root, and knows more users than itself.
func ownsAll() bool {
	text, err := os.ReadFile("/proc/self/uid_map")
	fields := strings.Fields(string(text))
	return os.Geteuid() == 0 && err == nil && len(fields) > 2 && fields[2] != "1"
}
