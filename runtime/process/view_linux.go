package process

import (
	"errors"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// view is what a guardian sees of the machine.
type view struct {
	mode string // pidsMode, sharedMode; empty: it is in no namespace of its own
	user bool   // with a user namespace, in which an ordinary user may mount
}

// views are the ways to start a guardian that can give programs paths of their own, best first.
func views() []view {
	users := []view{{pidsMode, true}, {sharedMode, true}}
	if os.Geteuid() != 0 {
		return users
	}
	return append([]view{{pidsMode, false}, {sharedMode, false}}, users...)
}

func (v view) args() []string {
	if v.mode == "" {
		return nil
	}
	return []string{v.mode}
}

func (v view) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if v.mode != "" {
		attr.Cloneflags = unix.CLONE_NEWNS
	}
	if v.mode == pidsMode {
		attr.Cloneflags |= unix.CLONE_NEWPID
	}
	if v.user { // everybody keeps his own number
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
		attr.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_SYS_CHROOT, unix.CAP_SYS_PTRACE, unix.CAP_DAC_OVERRIDE}
	}
	return attr
}

// appArmorProfile is what an administrator installs where AppArmor keeps ordinary users from
// mounting.
func appArmorProfile(executable string) string {
	return "abi <abi/4.0>,\ninclude <tunables/global>\nprofile fcemu " + executable + " flags=(unconfined) {\n  userns,\n}\n"
}

// AppArmorRemedy is that profile, where it would help; else empty.
func AppArmorRemedy() string {
	path, err := os.Executable()
	if err != nil || os.Geteuid() == 0 || !appArmorForbids() {
		return ""
	}
	return appArmorProfile(path)
}

// appArmorForbids tells whether AppArmor takes the rights away that come with a user namespace.
func appArmorForbids() bool {
	return setting("kernel/apparmor_restrict_unprivileged_userns") == "1"
}

// remedy says what can be done about the refusal.
func remedy(reason string, err error) string {
	switch {
	case os.Geteuid() != 0 && appArmorForbids():
		return "AppArmor forbids it to ordinary users; 'fcemu doctor' shows the profile that allows it to fcemu alone"
	case setting("user/max_user_namespaces") == "0":
		return "user.max_user_namespaces is 0; a larger number allows it"
	case os.Geteuid() != 0 && setting("kernel/unprivileged_userns_clone") == "0":
		return "kernel.unprivileged_userns_clone is 0; 1 allows it"
	case errors.Is(err, syscall.EPERM) || strings.Contains(reason, syscall.EPERM.Error()):
		return "inside a container, it needs the right to mount (Docker: --cap-add SYS_ADMIN --security-opt apparmor=unconfined --security-opt seccomp=unconfined)"
	case strings.Contains(reason, syscall.ENOSYS.Error()):
		return "it needs Linux 5.12"
	}
	return ""
}

func setting(name string) string {
	text, _ := os.ReadFile("/proc/sys/" + name)
	return strings.TrimSpace(string(text))
}
